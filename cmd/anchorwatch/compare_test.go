package main

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"
)

var update = flag.Bool("update", false, "rewrite golden files")

// golden compares a transcript with the file of that name.
func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("%s differs (rewrite it with -update):\n%s", path, got)
	}
}

func TestCompareText(t *testing.T) {
	const path = "testdata/oracle/elec2"
	for name, args := range map[string][]string{
		"compare.txt":        nil,
		"compare-chunks.txt": {"--chunk-period", "7d"},
		"compare-groups.txt": {"--methods", "psi", "--protected", "daypart"},
	} {
		args = append([]string{"compare", "--labels", path + ".labels.jsonl.gz"}, args...)
		code, stdout, stderr := invoke(t, append(args, path+".reference.csv.gz", path+".analysis.csv.gz")...)
		if code != exitOK || stderr != "" {
			t.Fatal(code, stderr)
		}
		golden(t, name, stdout)
	}
}

// write makes a file of a temporary folder.
func write(t *testing.T, name, content string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestCompareJSON(t *testing.T) {
	ref := write(t, "ref.csv", "id,x,x,color,y_pred,y_score,label\na,1,5,red,1,0.9,1\nb,2,6,blue,0,0.2,0\nc,,7,red,1,0.6,0\nd,4,8,,0,0.1,1\n")
	cur := write(t, "cur.csv", "id,x,x,color,y_pred,y_score,label\ne,9,5,green,1,0.8,1\n")
	code, stdout, stderr := invoke(t, "compare", "--json", "--methods", "ks,unseen_rate", "--ignore", "y_pred", ref, cur)
	if code != exitOK {
		t.Fatal(stderr)
	}
	folders := strings.NewReplacer(filepath.Dir(ref), "REF", filepath.Dir(cur), "CUR")
	golden(t, "compare.json", folders.Replace(stdout))
}

func TestCompareHTML(t *testing.T) {
	const path = "testdata/oracle/elec2"
	page := filepath.Join(t.TempDir(), "report.html")
	args := []string{"compare", "--html", page, path + ".reference.csv.gz", path + ".analysis.csv.gz"}
	code, stdout, stderr := invoke(t, args...)
	if code != exitOK || !strings.Contains(stdout, "6 of 10 columns drifted") {
		t.Fatal(stdout, stderr)
	}
	content, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	for _, fact := range []string{
		"bout 1 in 5 answers wrong, was 1 in 7; all of it in period ≥ 0.2979", "2026-11-21 07:00 UTC", "anchorwatch compare --html " + page, `<path class="ref" d="M`, "design effect of 4.71", "hellinger",
	} {
		if fact = strings.ReplaceAll(fact, "+", "&#43;"); !strings.Contains(string(content), fact) {
			t.Errorf("the report does not say %q", fact)
		}
	}
	if code, _, stderr := invoke(t, "compare", "--html", filepath.Join(page, "below"), args[3], args[4]); code != exitError || !strings.Contains(stderr, "write the report") {
		t.Errorf("a report where no file can be: exit %d, %s", code, stderr)
	}
}

// A wide comparison is listed as far as people read, and no line pushes the numbers off the screen.
func TestCompareTextOfManyColumns(t *testing.T) {
	header := "word_that_is_much_longer_than_a_table_may_be,moved"
	for i := range 120 {
		header += fmt.Sprintf(",c%d", i)
	}
	table := func(shift int) string {
		var text strings.Builder
		text.WriteString(header)
		for row := range 300 {
			fmt.Fprintf(&text, "\n%d,%d", row%50, row%50+shift)
			for i := range 120 {
				fmt.Fprintf(&text, ",%d", (row+i)%50)
			}
		}
		return text.String()
	}
	code, stdout, stderr := invoke(t, "compare", write(t, "ref.csv", table(0)), write(t, "cur.csv", table(100)))
	if code != exitOK {
		t.Fatal(stderr)
	}
	for _, fact := range []string{"1 of 122 columns drifted", "!  moved", "word_that_is_much_longe…", "… and 81 more columns, none drifted"} {
		if !strings.Contains(stdout, fact) {
			t.Errorf("the text does not say %q:\n%s", fact, stdout)
		}
	}
	lines := strings.Split(stdout, "\n")
	head := slices.IndexFunc(lines, func(line string) bool { return strings.HasPrefix(strings.TrimSpace(line), "column ") })
	if !strings.HasPrefix(lines[head+1], "  !  moved") {
		t.Errorf("the first column is %q", lines[head+1])
	}
	for line := range strings.Lines(stdout) {
		if !strings.HasPrefix(line, "-") && utf8.RuneCountInString(line) > 135 && !strings.Contains(line, "compared with") {
			t.Errorf("%d characters: %s", utf8.RuneCountInString(line), line)
		}
	}
}

func TestCompareTakesWhatever(t *testing.T) {
	header := "ts,x,color,label,prediction\n"
	row := "2026-01-01,1,red,1,1\n"
	files := map[string]string{
		"header only": header, "one row": header + row, "other columns": "y\n3\n", "no times": "x,color\n1,red\n",
		"text for numbers": header + "2026-01-01,many,red,1,1\n", "all missing": header + ",,,,\n",
		"events":   `{"id":"1","ts":"2026-01-01T00:00:00Z","model":"m","version":"1","features":{"x":null,"color":["red"]},"prediction":{"value":3}}` + "\n",
		"infinite": header + "2026-01-01,inf,red,1,1\n", "values": "prediction,label\n3.5,4\n2.5,\n",
	}
	for first, ref := range files {
		for second, cur := range files {
			for _, cut := range [][]string{{}, {"--chunk-rows", "1"}} {
				args := append([]string{"compare", "--json"}, cut...)
				code, stdout, stderr := invoke(t, append(args, write(t, "ref", ref), write(t, "cur", cur))...)
				if code != exitOK || strings.Contains(stdout, ":null") {
					t.Errorf("%s against %s: %s %s", second, first, stderr, stdout)
				}
				if code, _, stderr = invoke(t, append(append([]string{"compare"}, cut...), write(t, "ref", ref), write(t, "cur", cur))...); code != exitOK {
					t.Errorf("%s against %s, as text: %s", second, first, stderr)
				}
			}
		}
	}
}

// A dash is the standard input.
func TestCompareReadsStdin(t *testing.T) {
	table := write(t, "table.csv", "x\n1\n2\n")
	in, err := os.Open(table)
	if err != nil {
		t.Fatal(err)
	}
	saved := os.Stdin
	os.Stdin = in
	defer func() { os.Stdin = saved }()
	if got := compareJSON(t, "-", table); got.Reference.Rows != 2 || got.Reference.Path != table {
		t.Errorf("read %+v", got.Reference)
	}
}

// A delivery without rows is no good news.
func TestCompareWithoutRows(t *testing.T) {
	code, stdout, stderr := invoke(t, "compare", write(t, "ref.csv", "x\n1\n2\n"), write(t, "cur.csv", "x\n"))
	if code != exitOK || !strings.HasPrefix(stdout, "there are no rows to compare\n") {
		t.Error(stdout, stderr)
	}
	code, stdout, stderr = invoke(t, "compare", write(t, "ref.csv", "x\n"), write(t, "cur.csv", "x\n1\n2\n"))
	if code != exitOK || !strings.HasPrefix(stdout, "the reference has no rows to compare with\n") {
		t.Error(stdout, stderr)
	}
}

func TestNoMultivariate(t *testing.T) {
	table := write(t, "table.csv", "x,y\n1,2\n2,1\n")
	for _, c := range []struct {
		args []string
		want bool
	}{{nil, true}, {[]string{"--no-multivariate"}, false}} {
		code, stdout, stderr := invoke(t, append(append([]string{"compare"}, c.args...), table, table)...)
		if code != exitOK || strings.Contains(stdout, "all features") != c.want {
			t.Errorf("%v: %s, %s", c.args, stderr, stdout)
		}
	}
}

// --min-group is the size from which a group's rates say anything.
func TestMinimumGroup(t *testing.T) {
	table := write(t, "table.csv", "plan,prediction,label\n"+strings.Repeat("gold,1,1\nfree,0,0\n", 20))
	for least, want := range map[string]bool{"20": false, "21": true} {
		code, stdout, stderr := invoke(t, "compare", "--json", "--protected", "plan", "--min-group", least, table, table)
		_, free, found := strings.Cut(stdout, `"fairness":[{"attribute":"plan","group":"free"`)
		free, _, _ = strings.Cut(free, `"group":"gold"`)
		if code != exitOK || !found || strings.Contains(free, `"status":"insufficient"`) != want {
			t.Errorf("--min-group %s: %s, %s", least, stderr, free)
		}
	}
}

func TestCompareRefuses(t *testing.T) {
	good := write(t, "good.csv", "ts,amount\n2026-01-01,1\n")
	empty := write(t, "empty.csv", "")
	for _, c := range []struct {
		args []string
		code int
		want string
	}{
		{[]string{"--methods", "psy", good, good}, exitUsage, `no measure "psy": did you mean "psi"?`},
		{[]string{"--chunk-rows", "0", good, good}, exitUsage, "use 1 or more"},
		{[]string{"--chunk-rows", "1", "--chunk-period", "1d", good, good}, exitUsage, "exclude each other"},
		{[]string{"--chunk-period", "soon", good, good}, exitUsage, "is no duration"},
		{[]string{"--numeric", "amount", "--categorical", "x,amount", good, good}, exitUsage, "both"},
		{[]string{good}, exitUsage, "CUR"},
		{[]string{"--numeric", "amuont", good, good}, exitError, `no column "amuont": did you mean "amount"?`},
		{[]string{good, filepath.Join(t.TempDir(), "none.csv")}, exitError, "no such file"},
		{[]string{good, empty}, exitError, "the file is empty"},
		{[]string{good, t.TempDir()}, exitError, "is a directory: name a file"},
		{[]string{"-", "-"}, exitError, "only one file can come from the standard input"},
		{[]string{"--protected", "amuont", good, good}, exitError, `--protected: no column "amuont": did you mean "amount"?`},
		{[]string{"--timestamp-column", "amount", good, write(t, "bad.csv", "ts,amount\n1,never\n")}, exitError, `line 2: column "amount": "never" is no time`},
		{[]string{"--chunk-period", "1d", good, write(t, "x.csv", "amount\n1\n")}, exitError, "chunks of time need times"},
	} {
		code, _, stderr := invoke(t, append([]string{"compare"}, c.args...)...)
		if code != c.code || !strings.Contains(stderr, c.want) {
			t.Errorf("%v: exit %d, %s; want %d and %q", c.args, code, stderr, c.code, c.want)
		}
	}
}
