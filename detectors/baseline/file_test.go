package baseline

import (
	"bytes"
	"encoding/binary"
	"errors"
	"slices"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/anchorwatch/anchorwatch/detectors/performance"
	"github.com/anchorwatch/anchorwatch/detectors/profile"
)

// small is the file of a baseline that has a bit of everything.
func small(tb testing.TB) []byte {
	tb.Helper()
	b := NewBuilder()
	for i := range 30 {
		b.Row(profile.Instant(i) * 3_600_000)
		b.Column("x").Number(float64(i % 5))
		b.Column("c").Text([]byte{'a' + byte(i%3)})
		b.Answer(performance.Answer{Score: float64(i%10) / 10, HasScore: true})
		b.Label(performance.Truth{Class: []byte{'0' + byte(i%2)}, Number: float64(i % 2)}, profile.Instant(i+5)*3_600_000)
		b.Served(float64(i), i == 3)
	}
	var file bytes.Buffer
	if err := Write(&file, build(tb, b, Options{Model: "m", Version: "1", Window: 12 * 3_600_000_000_000, Compare: shift})); err != nil {
		tb.Fatal(err)
	}
	return file.Bytes()
}

// reseal puts the right checksum behind a changed file.
func reseal(file []byte) []byte {
	file = file[:len(file)-4]
	return binary.LittleEndian.AppendUint32(file, checksum(file))
}

func TestReadTellsWhatIsWrong(t *testing.T) {
	for _, c := range []struct {
		name   string
		damage func(file []byte) []byte
		want   string
	}{
		{"empty", func([]byte) []byte { return nil }, "not a baseline file"},
		{"another file", func([]byte) []byte { return []byte(`{"id":1}`) }, "not a baseline file"},
		{"only magic", func([]byte) []byte { return []byte(magic) }, "damaged or cut short"},
		{"cut short", func(file []byte) []byte { return file[:len(file)-9] }, "checksum does not match"},
		{"one bit", func(file []byte) []byte { file[len(file)/2] ^= 4; return file }, "checksum does not match"},
		{"newer", func(file []byte) []byte { file[len(magic)] = 2; return file }, "format 2 was written by a newer program: this one reads format 1"},
		{"trailing bytes", func(file []byte) []byte { return reseal(append(file, 1, 2, 3, 4, 5)) }, "sections do not fill the file"},
		{"no sections", func([]byte) []byte { return reseal(append([]byte(magic), 1, 0, 0, 0, 0, 0)) }, `no section "header"`},
		{"renamed", func(file []byte) []byte {
			return reseal(bytes.Replace(file, []byte("\x07profile"), []byte("\x07elforp "), 1))
		}, `no section "profile"`},
		{"doubled", func(file []byte) []byte {
			return reseal(bytes.Replace(file, []byte("\x06delays"), []byte("\x06layout"), 1))
		}, `section "layout" stands there twice`},
		{"a section too long", func(file []byte) []byte {
			length := bytes.Index(file, []byte("\x07traffic")) + 8
			file = slices.Insert(file, length+1+int(file[length]), 0)
			file[length]++
			return reseal(file)
		}, `section "traffic": 1 bytes too many`},
		{"bad schema", func(file []byte) []byte {
			return reseal(bytes.Replace(file, []byte(`"positive":"1"`), []byte(`"positive":"7"`), 1))
		}, `section "header": schema: the positive class "7"`},
	} {
		_, err := Read(bytes.NewReader(c.damage(small(t))))
		if err == nil || !strings.HasPrefix(err.Error(), "read baseline: ") || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: got %v, want %q", c.name, err, c.want)
		}
	}
	broken := errors.New("disk on fire")
	if _, err := Read(iotest.ErrReader(broken)); !errors.Is(err, broken) {
		t.Errorf("got %v, want the reader's error", err)
	}
	if err := Write(&bytes.Buffer{}, &Baseline{}); err == nil || err.Error() != "write baseline: it has no profile" {
		t.Errorf("got %v", err)
	}
}

// A later program may add sections, and an earlier one wrote performance by the labels' ages.
func TestReadSkipsUnknownSections(t *testing.T) {
	for _, section := range []string{"\x05later\x03xyz", "\x04ages\x03xyz"} {
		file := small(t)
		count := len(magic) + 1
		file[count]++
		file = append(file[:len(file)-4], section+"...."...)
		b, err := Read(bytes.NewReader(reseal(file)))
		if err != nil {
			t.Errorf("%q: %v", section, err)
			continue
		}
		roundTrip(t, b)
	}
}

func FuzzRead(f *testing.F) {
	f.Add(small(f))
	f.Add([]byte(magic))
	f.Fuzz(func(t *testing.T, file []byte) {
		if len(file) > len(magic)+8 && !bytes.HasPrefix(file, []byte("raw")) {
			file = reseal(bytes.Clone(file)) // else nothing comes past the checksum
		}
		b, err := Read(bytes.NewReader(file))
		if err != nil {
			return
		}
		var again bytes.Buffer
		if err := Write(&again, b); err != nil {
			return // a header may hold what JSON reads but does not write
		}
		b.Yardstick("x", "psi")
		if b.Performance != nil {
			b.Performance.Measurements(performance.Options{DesignEffect: b.DesignEffect})
		}
		if _, err := Read(&again); err != nil {
			t.Fatalf("does not read what was written: %v", err)
		}
	})
}
