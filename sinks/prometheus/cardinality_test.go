package prometheus

import (
	"strings"
	"testing"
	"unicode/utf8"
)

func TestClean(t *testing.T) {
	for name, want := range map[string]string{
		"":              "",
		"income":        "income",
		"Größe (€)":     "Größe (€)",
		`"><script>`:    `"><script>`, // the exposition escapes, and so do the pages
		"line\nbreak":   "line\uFFFDbreak~e0c7e0a5",
		"not utf8 \xff": "not utf8 \uFFFD~4a1d0aa9",
	} {
		got := clean(name)
		if strings.ContainsRune(want, '\uFFFD') { // the hash is a matter of fnv, not of this table
			got, want = got[:len(got)-9], want[:len(want)-9]
		}
		if got != want {
			t.Errorf("clean(%q) = %q, want %q", name, got, want)
		}
	}
	long := strings.Repeat("é", 100)
	if clean(long+"a") == clean(long+"b") {
		t.Error("two long names became one")
	}
}

func FuzzClean(f *testing.F) {
	for _, seed := range []string{"", "age", "\x00", "\xff\xfe", strings.Repeat("é", 65), strings.Repeat("x", 129)} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, name string) {
		got := clean(name)
		switch {
		case !utf8.ValidString(got):
			t.Errorf("clean(%q) = %q is not UTF-8", name, got)
		case len(got) > maxLabelBytes:
			t.Errorf("clean(%q) has %d bytes", name, len(got))
		case strings.ContainsAny(got, "\n\r\t\x00\x7f"):
			t.Errorf("clean(%q) = %q keeps a control character", name, got)
		}
	})
}
