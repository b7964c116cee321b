package dataset

import (
	"bytes"
	"compress/gzip"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/anchorwatch/anchorwatch/detectors/profile"
)

// read reads a text with the default options.
func read(t *testing.T, text string, o Options) *Dataset {
	t.Helper()
	d, err := Read(strings.NewReader(text), "file", o)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func columnNames(d *Dataset) []string {
	var names []string
	for _, c := range d.Columns {
		names = append(names, c.Name)
	}
	return names
}

func TestKinds(t *testing.T) {
	d := read(t, "n,b,c,mixed,none,gap\n1,true,x,1,,1\n-2.5e3,False,y,x,NA,\ninf,TRUE,x,2,nan,NaN\n", Options{})
	want := []profile.Kind{profile.Numeric, profile.Boolean, profile.Categorical, profile.Categorical, profile.Numeric, profile.Numeric}
	for i, c := range d.Columns {
		if got, ok := c.kind(); got != want[i] || ok != (c.Name != "none") {
			t.Errorf("%s: got %v %v, want %v", c.Name, got, ok, want[i])
		}
	}
	s := d.Column("n").sample(profile.Numeric, d.all())
	if s.N() != 2 || s.Infinite != 1 || s.Missing != 0 {
		t.Errorf("n: %d values, %d infinite, %d missing", s.N(), s.Infinite, s.Missing)
	}
	if s = d.Column("mixed").sample(profile.Numeric, d.all()); s.N() != 2 || s.Mismatched != 1 {
		t.Errorf("mixed: %d values, %d mismatched", s.N(), s.Mismatched)
	}
	if s = d.Column("gap").sample(profile.Numeric, d.all()); s.N() != 1 || s.Missing != 2 {
		t.Errorf("gap: %d values, %d missing", s.N(), s.Missing)
	}
}

func TestTextIsNearlyAllDistinct(t *testing.T) {
	var b strings.Builder
	b.WriteString("c\n")
	for i := range 1001 {
		b.WriteString(strings.Repeat("x", i+1) + "\n")
	}
	if kind, _ := read(t, b.String(), Options{}).Columns[0].kind(); kind != profile.Text {
		t.Errorf("1,001 texts in as many rows: %v", kind)
	}
	if kind, _ := read(t, b.String()+strings.Repeat("x\n", 1001), Options{}).Columns[0].kind(); kind != profile.Categorical {
		t.Errorf("1,001 texts in 2,002 rows: %v", kind)
	}
}

// TestCategoriesOfNumbers shows which numbers are one category: those of one value, but not postal codes with zeros in
// front, nor account numbers that a float64 cannot tell apart.
func TestCategoriesOfNumbers(t *testing.T) {
	d := read(t, "c\n1\n1.0\n01\n9007199254740993\n9007199254740992\n", Options{})
	layout := d.Columns[0].sample(profile.Categorical, d.all()).Layout("c", profile.Feature, profile.Categorical, 1)
	want := []string{"01", "1", "9007199254740992", "9007199254740993"}
	if !slices.Equal(layout.Categories, want) {
		t.Errorf("got %q, want %q", layout.Categories, want)
	}
}

func TestDistinctNames(t *testing.T) {
	got := distinctNames([]string{"a", "a", "b", "a", "a.1", "", "b"})
	want := []string{"a", "a.2", "b", "a.3", "a.1", "Unnamed: 5", "b.1"}
	if !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestRoles(t *testing.T) {
	for _, c := range []struct {
		header  string
		options Options
		columns string
	}{
		{"id,ts_ms,x,y_pred,y_score,label,label_ts_ms", Options{}, "x y_pred y_score"},
		{"request_id,timestamp,x,prediction,probability,target", Options{}, "x prediction probability"},
		{"x,y_pred,proba_a,proba_b,y_true", Options{}, "x y_pred proba_a proba_b"},
		{"x,prob_rain", Options{}, "x prob_rain"}, // one probability is none
		{"x,p_a,p_b", Options{ProbabilityPrefix: "p_"}, "x p_a p_b"},
		{"id,uid,x", Options{ID: "uid"}, "id x"},
		{"x,score,label,target", Options{Label: "target", Ignore: []string{"score"}}, "x label"},
		{"x,ID,Time", Options{}, "x ID Time"},
	} {
		d := read(t, c.header+"\n", c.options)
		if got := strings.Join(columnNames(d), " "); got != c.columns {
			t.Errorf("%s: columns %s, want %s", c.header, got, c.columns)
		}
	}
}

func TestAnswers(t *testing.T) {
	d := read(t, "y_pred,y_score,label\n1.0,0.7,True\n0,,\n", Options{})
	if a := d.Answers[0]; string(a.Class) != "1" || a.Score != 0.7 || !a.HasScore || a.HasValue {
		t.Errorf("got %+v", a)
	}
	if string(d.Truths[0].Class) != "true" || d.Truths[0].Number != 1 || d.Truths[1].Class != nil || d.Answers[1].HasScore {
		t.Errorf("got %+v, %+v", d.Truths, d.Answers[1])
	}
	d = read(t, "y_pred,score,label\n1.5,0.7,2\n0,8,1\n", Options{})
	if a := d.Answers[0]; a.Value != 1.5 || !a.HasValue || a.HasScore || d.Column("score").Part != Feature {
		t.Errorf("a score beside values: got %+v", a)
	}
	d = read(t, "y_pred,proba_a,proba_b\na,0.75,0.25\n", Options{})
	if p := d.Answers[0].Probabilities; len(p) != 2 || string(p[1].Class) != "b" || p[1].Probability != 0.25 {
		t.Errorf("got %+v", p)
	}
}

func TestTimes(t *testing.T) {
	for _, c := range []struct {
		text      string
		perSecond int64
		want      profile.Instant
	}{
		{"1700000000", 0, 1_700_000_000_000},
		{"1700000000.1239", 0, 1_700_000_000_123},
		{"-1.5", 0, -1500},
		{"-0.0001", 1, -1},
		{"1700000000123", 0, 1_700_000_000_123},
		{"1700000000123456", 0, 1_700_000_000_123},
		{"1700000000123456789", 0, 1_700_000_000_123},
		{"-1700000000123456789", 0, -1_700_000_000_124},
		{"86400000", 1000, 86_400_000}, // ts_ms says what its numbers are
		{"-86400000.5", 1000, -86_400_001},
		{"1.7e9", 0, 1_700_000_000_000},
		{"1970-01-02", 0, 86_400_000},
		{"1970-01-01 00:00:01.5", 0, 1500},
		{"1970-01-01T01:00:00+01:00", 0, 0},
		{"1969-12-31T23:59:59.9999Z", 0, -1},
	} {
		if got, ok := parseTime(c.text, c.perSecond); !ok || got != c.want {
			t.Errorf("%s: got %d %v, want %d", c.text, got, ok, c.want)
		}
	}
	for _, text := range []string{"", "soon", "10000-01-01", "1e400", "99999999999999999999", "12:30", "0x10", "-99999999999"} {
		if got, ok := parseTime(text, 1); ok {
			t.Errorf("%q: got %v", text, got)
		}
	}
}

// TestTimeThatIsNone keeps a column that is only called like one with times.
func TestTimeThatIsNone(t *testing.T) {
	d := read(t, "time,x\n2026-01-01,1\nlate,2\n", Options{})
	if !slices.Equal(columnNames(d), []string{"time", "x"}) || !slices.Equal(d.Times, []profile.Instant{profile.Dawn, profile.Dawn}) {
		t.Errorf("columns %v, times %v", columnNames(d), d.Times)
	}
}

func TestContentDecides(t *testing.T) {
	event := `{"id":"1","ts":"2026-01-01T00:00:00Z","features":{"x":1},"prediction":{"label":1}}` + "\n"
	for name, text := range map[string]string{"table": "x,y_pred\n1,1\n", "events": event, "marked": "\ufeffx\n1\n", "semicolons": "x;y\n1;2\n"} {
		var zipped bytes.Buffer
		w := gzip.NewWriter(&zipped)
		_, _ = w.Write([]byte(text))
		_ = w.Close()
		for _, content := range []string{text, zipped.String()} {
			if d := read(t, content, Options{}); d.Rows != 1 || d.Column("x") == nil {
				t.Errorf("%s: %d rows, columns %v", name, d.Rows, columnNames(d))
			}
		}
	}
	for text, want := range map[string]string{
		"": "empty", " \n": "empty", "[1]": "JSON array", "PK\x03\x04": "zip", "\xff\xfea": "UTF-16", "\x28\xb5\x2f\xfd": "zstd", "BZh91AY&SY": "bzip2", "\xfd7zXZ\x00": "xz", "ARROW1\x00\x00": "Arrow",
		"\x1f\x8bxx": "unzip", "anchorwatch baseline\n": "baseline file", "a,b\n1\n": "line 2", "a\n\"1\n": "line",
		"a\n\"" + strings.Repeat("x", 2*maxLine): "longer than", "{}\n" + strings.Repeat("x", 2*maxLine): "line 1",
		event + "{\n": "line 2: no event that can be read: bad_json", event + strings.Repeat(" ", 2*maxLine): "line 2: longer",
		`{"id":"1","ts":"2026-01-01T00:00:00Z","label":1}`: "no prediction events",
	} {
		if _, err := Read(strings.NewReader(text), "file", Options{}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%.30q: got %v, want %q", text, err, want)
		}
	}
}

func TestEvents(t *testing.T) {
	d := read(t, `{"id":"1","ts":"2026-01-01T00:00:00Z","model":"a","version":"1","features":{"x":1,"c":"red"},"prediction":{"label":"yes","score":0.5},"label":"no","latency_ms":3}

{"id":"2","model":"b","version":"2","features":{"new":true,"c":null},"prediction":{"value":2}}
{"id":"3","specversion":"1.0","data":{"ts":5000,"features":{"inside":[1]},"prediction":"maybe","error":true}}
{"id":"2","ts":"2026-01-02T00:00:00Z","label":7}
`, Options{})
	if got := strings.Join(columnNames(d), " "); got != "x c new inside prediction score" {
		t.Errorf("columns %s", got)
	}
	if d.Rows != 3 || !slices.Equal(d.Models, []string{"a", "b"}) || !slices.Equal(d.Versions, []string{"1", "2"}) {
		t.Errorf("%d rows, models %v, versions %v", d.Rows, d.Models, d.Versions)
	}
	if d.Times[1] != profile.Dawn || d.Served[0].LatencyMS != 3 || string(d.Truths[0].Class) != "no" || string(d.Truths[1].Class) != "7" {
		t.Errorf("times %v, served %v, truths %v", d.Times, d.Served, d.Truths)
	}
	if s := d.Column("new").sample(profile.Boolean, d.all()); s.N() != 1 || s.Missing != 2 {
		t.Errorf("new: %d values, %d missing", s.N(), s.Missing)
	}
}

func TestIgnoreInEvents(t *testing.T) {
	d := read(t, `{"id":"1","ts":5,"features":{"a*":1,"b":2},"prediction":{"label":1,"score":1}}`, Options{Ignore: []string{"a*", "score"}})
	if got := strings.Join(columnNames(d), " "); got != "b prediction" || !d.Answers[0].HasScore {
		t.Errorf("columns %s, answer %+v", got, d.Answers[0])
	}
}

func TestLabels(t *testing.T) {
	for name, text := range map[string]string{
		"events":         `{"id":"a","ts":"2026-01-01T00:00:00Z","label":1}` + "\n" + `{"id":"a","ts":"2026-01-01T00:00:00Z","label":0}` + "\n" + `{"id":"b","ts":"2026-01-01T00:00:00Z","label":null}` + "\n",
		"header":         "request_id,y_true\na,1\na,0\nb,\n",
		"no header":      "a,1.0\na,0\nb,\n",
		"more columns":   "note,label,id,ts\nx,1,a,2026-01-01\nx,0,a,2026-01-01\n",
		"label is first": "label,id\n1,a\n0,a\n",
	} {
		l, err := ReadLabels(strings.NewReader(text), "labels", Options{})
		if err != nil {
			t.Fatal(err)
		}
		d := read(t, "id,y_pred,label\na,1,0\nb,1,1\nc,1,1\n", Options{})
		d.Join(l)
		if l.Len() != 1 || string(d.Truths[0].Class) != "1" || d.Truths[1].Class != nil || !math.IsNaN(d.Truths[2].Number) {
			t.Errorf("%s: %d labels, truths %v", name, l.Len(), d.Truths)
		}
	}
	if _, err := ReadLabels(strings.NewReader("a,b,c\n1,2,3\n"), "labels", Options{}); err == nil {
		t.Error("three columns without names are read")
	}
}

// TestLabelsOfNoRow: where no label finds its row, the note says what the ids look like.
func TestLabelsOfNoRow(t *testing.T) {
	l, err := ReadLabels(strings.NewReader("id,label\n8.0,1\n7.0,0\n"), "labels", Options{})
	if err != nil {
		t.Fatal(err)
	}
	for table, want := range map[string]string{
		"id,y_pred\n,1\n7,1\n":    `0 of 2 rows found their label by id: ids are like "7", those of the labels like "7.0"`,
		"uuid,y_pred\n7.0,1\n":    `0 of 1 rows found their label by id: no row has an id (--id-column says where it is)`,
		"id,y_pred\n7,1\n7.0,1\n": `1 of 2 rows found their label by id`,
		"id,y_pred\n":             `0 of 0 rows found their label by id`,
	} {
		d := read(t, table, Options{})
		d.Join(l)
		if got := d.Notes[len(d.Notes)-1]; got != want {
			t.Errorf("%q: %s, want %s", table, got, want)
		}
	}
}

// FuzzRead reads anything and compares it with itself: no panic, and where it can be read, no distance.
func FuzzRead(f *testing.F) {
	f.Add([]byte("id,ts,x,y_pred,y_score,label\n1,2026-01-01,1,1,0.5,0\n2,,NaN,0,inf,\n"))
	f.Add([]byte("a,a,a.1\n01,\"x\ny\",\n"))
	f.Add([]byte(`{"id":"1","ts":5,"model":"m","features":{"x":1},"prediction":{"probabilities":{"a":0.5,"b":0.5}},"label":"a"}`))
	f.Add([]byte("\x1f\x8b"))
	f.Fuzz(func(t *testing.T, content []byte) {
		_, _ = ReadLabels(bytes.NewReader(content), "labels", Options{})
		d, err := Read(bytes.NewReader(content), "file", Options{})
		if err != nil {
			return
		}
		c, err := Compare(d, d, CompareOptions{})
		if err != nil {
			t.Fatal(err)
		}
		for _, column := range c.Chunks[0].Columns {
			if m := column.Measure("jensen_shannon"); m != nil && m.Value != 0 {
				t.Errorf("column %q is %v from itself", column.Name, m.Value)
			}
		}
	})
}
