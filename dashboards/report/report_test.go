package report_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/xml"
	"errors"
	"flag"
	"fmt"
	"html"
	"io"
	"math"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/anchorwatch/anchorwatch/agent/dataset"
	"github.com/anchorwatch/anchorwatch/dashboards/report"
	"github.com/anchorwatch/anchorwatch/detectors/faults"
)

var update = flag.Bool("update", false, "rewrite the golden files")

var options = report.Options{
	Version: "0.1.0", Command: []string{"anchorwatch", "compare", "--html", "drift report.html", "ref.csv", "cur.csv"},
	At: time.Date(2026, 11, 21, 8, 0, 0, 0, time.UTC),
}

// compare reads two tables and compares them with their distributions.
func compare(tb testing.TB, ref, cur string, o dataset.CompareOptions) *dataset.Comparison {
	tb.Helper()
	var both [2]*dataset.Dataset
	for i, text := range []string{ref, cur} {
		d, err := dataset.Read(strings.NewReader(text), []string{"ref.csv", "cur.csv"}[i], dataset.Options{})
		if err != nil {
			tb.Fatal(err)
		}
		both[i] = d
	}
	o.Distributions = true
	c, err := dataset.Compare(both[0], both[1], o)
	if err != nil {
		tb.Fatal(err)
	}
	return c
}

func draw(tb testing.TB, c *dataset.Comparison) string {
	tb.Helper()
	var page bytes.Buffer
	if err := report.Write(&page, c, options); err != nil {
		tb.Fatal(err)
	}
	return page.String()
}

// loans is a table of so many rows; those of a drifted one have larger amounts, a new country and more wrong answers.
func loans(rows int, drifted bool) string {
	var b strings.Builder
	b.WriteString("ts,amount,country,prediction,score,label\n")
	start := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	for i := range rows {
		amount, country, wrong := float64(i%97)/2, []string{"DE", "FR", "PT"}[i%3], i%10 == 0
		if drifted {
			amount, wrong = amount+30, i%3 == 0
			if i%2 == 0 {
				country = "IT"
			}
		}
		predicted := i % 2
		label := predicted
		if wrong {
			label = 1 - label
		}
		fmt.Fprintf(&b, "%s,%g,%s,%d,%.2f,%d\n", start.Add(time.Duration(i)*time.Hour).Format(time.RFC3339), amount, country, predicted, 0.2+0.6*float64(predicted), label)
	}
	return b.String()
}

var (
	inline      = regexp.MustCompile(`(?s)<(style|script)>.*?</(style|script)>`)
	noNumber    = regexp.MustCompile(`NaN|Inf|e[+-]`)
	startOfPath = regexp.MustCompile(`^M[-0-9.]+ [-0-9.]+`)
)

// golden compares a page, without its style and script, with the file of that name.
func golden(t *testing.T, name, page string) {
	t.Helper()
	path := "testdata/" + name
	got := regexp.MustCompile(`sha256-[^=]*=`).ReplaceAllString(inline.ReplaceAllString(page, "<$1></$2>"), "sha256-…")
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
		t.Errorf("the page differs from %s (rewrite with -update)", path)
	}
}

func TestReport(t *testing.T) {
	c := compare(t, loans(400, false), loans(300, true), dataset.CompareOptions{})
	page := draw(t, c)
	golden(t, "report.html", page)
	for _, fact := range []string{
		"About 1 in 3 answers wrong, was 1 in 10", "accuracy 0.900 → 0.667",
		"Did the inputs move?", "Did the answers move?", "Can the inputs be trusted?", "95 % between", "n = 300 against 400",
		"IT: 0 % → <strong>50 %</strong>", `<span class="pill firing">new</span>`, "'drift report.html'", "2026-11-21 08:00 UTC", "design effect",
	} {
		if !strings.Contains(html.UnescapeString(page), fact) {
			t.Errorf("the page does not say %q", fact)
		}
	}
	if again := draw(t, compare(t, loans(400, false), loans(300, true), dataset.CompareOptions{})); again != page {
		t.Error("the same comparison gives other bytes")
	}
	sound(t, page)
}

func TestReportOverChunks(t *testing.T) {
	cur := loans(900, false) + strings.SplitN(loans(300, true), "\n", 2)[1]
	page := draw(t, compare(t, loans(600, false), cur, dataset.CompareOptions{Chunking: dataset.Chunking{Rows: 200}}))
	for _, fact := range []string{
		"When it moved", "country: drifted in 2 of 6 chunks", "accuracy over 6 chunks: lowest 0.670, highest 0.900, reference 0.900",
		"accuracy 0.900 → 0.670 in the last chunk, the worst", "Worst in chunk 5 (from 2026-01-05 04:00): 0.670", "worst chunk",
	} {
		if !strings.Contains(html.UnescapeString(page), fact) {
			t.Errorf("the page does not say %q", fact)
		}
	}
	sound(t, page)
}

// sound holds a page to what every page must be: well-formed as far as a parser can tell that knows nothing of HTML but
// its void elements, without anything that loads or runs, and without a number that is none.
func sound(t *testing.T, page string) {
	t.Helper()
	bare := inline.ReplaceAllString(page, "")
	decoder := xml.NewDecoder(strings.NewReader(bare))
	decoder.AutoClose, decoder.Entity, decoder.Strict = xml.HTMLAutoClose, xml.HTMLEntity, false
	ids := map[string]bool{}
	for {
		token, err := decoder.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatalf("the page is not well-formed: %v", err)
		}
		element, ok := token.(xml.StartElement)
		if !ok {
			continue
		}
		switch element.Name.Local {
		case "script", "style", "img", "link", "iframe", "object", "embed", "image", "use", "base", "foreignObject":
			t.Errorf("the page has a <%s>", element.Name.Local)
		}
		for _, a := range element.Attr {
			name := a.Name.Local
			if strings.HasPrefix(name, "on") || name == "style" || name == "src" || name == "href" {
				t.Errorf("<%s> has the attribute %s", element.Name.Local, name)
			}
			if name == "id" && ids[a.Value] {
				t.Errorf("two elements have the id %q", a.Value)
			} else if name == "id" {
				ids[a.Value] = true
			}
			drawn := name == "d" || name == "x" || name == "y" || name == "cx" || name == "cy" || name == "width" || name == "height"
			if drawn && noNumber.MatchString(a.Value) {
				t.Errorf("<%s %s=%q>", element.Name.Local, name, a.Value)
			}
			if name == "d" && a.Value != "" && !startOfPath.MatchString(a.Value) {
				t.Errorf("<%s %s=%q> is no path", element.Name.Local, name, a.Value)
			}
		}
	}
}

// TestPolicyAdmitsItsOwn holds the hashes of the policy against the style and the script as they are in the page.
func TestPolicyAdmitsItsOwn(t *testing.T) {
	page := draw(t, compare(t, loans(50, false), loans(50, true), dataset.CompareOptions{}))
	for _, element := range []string{"style", "script"} {
		content := regexp.MustCompile(`(?s)<`+element+`>(.*?)</`+element+`>`).FindAllStringSubmatch(page, -1)
		if len(content) != 1 || len(content[0][1]) < 100 {
			t.Fatalf("%d times <%s>", len(content), element)
		}
		sum := sha256.Sum256([]byte(content[0][1]))
		if want := element + "-src 'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'"; !strings.Contains(html.UnescapeString(page), want) {
			t.Errorf("the policy does not contain %s", want)
		}
	}
	if found := regexp.MustCompile(`(?i)https?:|//[a-z]|url\(|@import|javascript:|data:`).FindString(page); found != "" {
		t.Errorf("the page contains %q", found)
	}
}

// Nothing in the package switches escaping off.
func TestEscapingStaysOn(t *testing.T) {
	entries, err := os.ReadDir(".")
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if !strings.HasSuffix(e.Name(), ".go") || strings.HasSuffix(e.Name(), "_test.go") {
			continue
		}
		code, err := os.ReadFile(e.Name())
		if err != nil {
			t.Fatal(err)
		}
		if found := regexp.MustCompile(`template\.(HTML|JS|CSS|URL|Srcset)`).Find(code); found != nil {
			t.Errorf("%s: %s", e.Name(), found)
		}
	}
}

// TestProse sets names as code and escapes what is in them, in the headline, the faults and the title.
func TestProse(t *testing.T) {
	c := compare(t, loans(400, false), loans(300, false), dataset.CompareOptions{})
	c.Chunks[0].Story = "all of it in a < b; `<b>x</b>` looks a thousand times larger; `open"
	c.Chunks[0].Faults = []dataset.Fault{{Column: "<b>x</b>", Fault: faults.UnitChange, Share: 1, Sentence: "`<b>x</b>` looks larger."}}
	page := draw(t, c)
	sound(t, page)
	for _, want := range []string{
		"<h1>All of it in a &lt; b; <code>&lt;b&gt;x&lt;/b&gt;</code> looks a thousand times larger; `open.</h1>",
		"<title>All of it in a &lt; b; &lt;b&gt;x&lt;/b&gt; looks", "<p><code>&lt;b&gt;x&lt;/b&gt;</code> looks larger.</p>",
		"<strong>What to do first:</strong> Repair <code>&lt;b&gt;x&lt;/b&gt;</code> where",
	} {
		if !strings.Contains(page, want) {
			t.Errorf("the page does not say %s", want)
		}
	}
}

// TestHostileNames puts an attack into every text that a stranger may choose.
func TestHostileNames(t *testing.T) {
	attacks := []string{
		`"><img src=x onerror=alert(1)><script>alert(2)</script>' onload='`, `</style><script>alert(3)</script>`, "</title><svg onload=alert(4)>",
		"{{.Policy}}", "\u202Egnp.exe", "a\x00b", "\xff\xfe", "*/ } body{display:none} /*", "${alert(5)}", "<!--", strings.Repeat("long", 5000),
	}
	table := func(swap int) string {
		var b strings.Builder
		b.WriteString("prediction,label")
		for _, a := range attacks {
			b.WriteString(`,"` + strings.ReplaceAll(a, `"`, `""`) + `"`)
		}
		for row := range 60 {
			fmt.Fprintf(&b, "\n\"%s\",\"%s\"", strings.ReplaceAll(attacks[row%2], `"`, `""`), strings.ReplaceAll(attacks[(row/2+swap)%2], `"`, `""`))
			for i := range attacks {
				b.WriteString(`,"` + strings.ReplaceAll(attacks[(row+i*swap)%len(attacks)], `"`, `""`) + `"`)
			}
		}
		return b.String()
	}
	c := compare(t, table(0), table(1), dataset.CompareOptions{Chunking: dataset.Chunking{Rows: 20}})
	c.Current.Path, c.Reference.Path = attacks[0], attacks[1]
	c.Chunks[0].Start, c.Chunks[2].End = attacks[0], attacks[2]
	c.Notes = append(c.Notes, attacks...)
	page := draw(t, c)
	sound(t, page)
	if strings.Count(page, "alert(1)") < 10 {
		t.Error("the names are not shown")
	}
}

// Whatever numbers a table holds, there is a page, and every number in it is one.
func TestReportTakesWhatever(t *testing.T) {
	cell := rapid.OneOf(
		rapid.SampledFrom([]string{"", "0", "-0", "1e308", "-1e308", "5e-324", "inf", "-inf", "nan", "1", "2", "x", "true", "9007199254740993", "2026-01-01"}),
		rapid.StringMatching(`-?[0-9]{1,3}(\.[0-9]{1,3})?(e-?[0-9]{1,2})?`),
	)
	table := rapid.Custom(func(t *rapid.T) string {
		text := "ts,a,b,c,prediction,score,label\n"
		for range rapid.IntRange(0, 60).Draw(t, "rows") {
			text += "2026-01-01"
			for range 6 {
				text += "," + cell.Draw(t, "cell")
			}
			text += "\n"
		}
		return text
	})
	rapid.Check(t, func(r *rapid.T) {
		o := dataset.CompareOptions{NoMultivariate: true, Chunking: dataset.Chunking{Rows: rapid.IntRange(0, 7).Draw(r, "chunk")}}
		ref, cur := table.Draw(r, "ref"), table.Draw(r, "cur")
		sound(t, draw(t, compare(t, ref, cur, o)))
	})
}

// Without distributions, chunks or rows there is a page too.
func TestReportOfLittle(t *testing.T) {
	for _, c := range []*dataset.Comparison{{}, {Chunks: []dataset.Chunk{{}}}, {Chunks: []dataset.Chunk{{Columns: []dataset.ColumnReport{{Name: "x"}}}}}} {
		page := draw(t, c)
		sound(t, page)
		if !strings.Contains(page, "There are no rows to compare") {
			t.Error("the page does not say that there is nothing")
		}
		if strings.Contains(page, "no surge of missing") {
			t.Error("the page calls inputs good that never came")
		}
	}
	c := compare(t, loans(50, false), loans(50, true), dataset.CompareOptions{})
	for i := range c.Chunks[0].Columns {
		c.Chunks[0].Columns[i].Distribution = nil
	}
	sound(t, draw(t, c))
	infinite := compare(t, loans(50, false), loans(50, true), dataset.CompareOptions{Chunking: dataset.Chunking{Rows: 10}})
	for i := range infinite.Chunks {
		for j := range infinite.Chunks[i].Performance {
			p := &infinite.Chunks[i].Performance[j]
			p.Value, p.Lower, p.Upper = math.MaxFloat64, new(-math.MaxFloat64), new(math.MaxFloat64)
		}
	}
	sound(t, draw(t, infinite))
}

// wide has so many columns, of which some moved.
func wide(rows, columns int, drifted bool) string {
	var b strings.Builder
	b.WriteString("ts")
	for i := range columns {
		fmt.Fprintf(&b, ",column_with_a_rather_long_name_%04d", i)
	}
	for row := range rows {
		fmt.Fprintf(&b, "\n2026-01-%02d", 1+row%28)
		for i := range columns {
			x := (row*7919 + i*104729) % 1009
			if drifted && i%5 == 0 {
				x += 500
			}
			fmt.Fprintf(&b, ",%d", x)
		}
	}
	return b.String()
}

func TestWideReportStaysSmall(t *testing.T) {
	for columns, most := range map[int]int{500: 2 << 20, 1500: 3 << 20} {
		c := compare(t, wide(60, columns, false), wide(60, columns, true), dataset.CompareOptions{NoMultivariate: true, Chunking: dataset.Chunking{Rows: 3}})
		page := draw(t, c)
		if len(page) > most {
			t.Errorf("%d columns: %d bytes", columns, len(page))
		}
		for _, fact := range map[int][]string{
			500:  {"400 more columns", "460 more columns below"},
			1500: {"1000 more columns", "400 more columns not shown"},
		}[columns] {
			if !strings.Contains(strings.ReplaceAll(page, "\u202F", ""), fact) {
				t.Errorf("%d columns: the page does not say %q", columns, fact)
			}
		}
		sound(t, page)
	}
}

func BenchmarkWrite(b *testing.B) {
	for _, size := range []struct{ columns, chunks int }{{25, 1}, {25, 32}, {500, 1}} {
		o := dataset.CompareOptions{}
		if size.chunks > 1 {
			o.Rows = 2000 / size.chunks
		}
		c := compare(b, wide(2000, size.columns, false), wide(2000, size.columns, true), o)
		b.Run(fmt.Sprintf("%dcolumns/%dchunks", size.columns, size.chunks), func(b *testing.B) {
			var page bytes.Buffer
			for b.Loop() {
				page.Reset()
				if err := report.Write(&page, c, options); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(page.Len()), "bytes/page")
		})
	}
}
