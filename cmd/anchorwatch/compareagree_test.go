package main

import (
	"fmt"
	"html"
	"math/rand/v2"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// sample is a file of some model's predictions, and what became of it.
type sample struct {
	rows, labelled       int // the first so many rows have labels
	shift, wrong, absent float64
	milli, stuck, places bool // places: only one country's answers are as wrong as that
	seed                 uint64
}

// table is the sample as CSV.
func (s sample) table() string {
	r := rand.New(rand.NewPCG(s.seed, 1))
	var b strings.Builder
	b.WriteString("ts,amount,country,prediction,label\n")
	for i := range s.rows {
		amount, country, said := 50+10*(r.NormFloat64()+s.shift), []string{"DE", "FR", "PT"}[r.IntN(3)], r.IntN(2)
		if s.milli {
			amount *= 1000
		}
		if s.stuck && i > s.rows/3 {
			amount = 7
		}
		cell, label := fmt.Sprintf("%.2f", amount), ""
		if r.Float64() < s.absent {
			cell = ""
		}
		if truth := said; i < s.labelled {
			if chance := r.Float64(); chance < 0.1 && s.places || chance < s.wrong && (!s.places || country == "PT") {
				truth = 1 - said
			}
			label = fmt.Sprint(truth)
		}
		fmt.Fprintf(&b, "2026-01-%02dT%02d:00:00Z,%s,%s,%d,%s\n", 1+i/24%28, i%24, cell, country, said, label)
	}
	return b.String()
}

// told is what a comparison comes to, as a text or a page tells it.
type told struct {
	moved, faults []string
	unmeasured    bool   // whether anything moved cannot be told
	then, now     string // performance; empty where it cannot be told
}

// harm is a verdict on performance, in the text's words and in those that the page may have for it.
type harm struct {
	text *regexp.Regexp
	page []string
}

// harms are in the order in which they are looked for.
var harms = []harm{
	{regexp.MustCompile(`no labels yet|no rows`), []string{"Cannot be told"}},
	{regexp.MustCompile(`too few labels yet`), []string{"Too few labels"}},
	{regexp.MustCompile(`better than before`), []string{"No, better"}},
	{regexp.MustCompile(`but in `), []string{"Yes, in places"}},
	{regexp.MustCompile(`perhaps|not clearly worse`), []string{"Not shown"}},
	{regexp.MustCompile(`as good as before`), []string{"No", "Not shown"}},
	{regexp.MustCompile(`wrong, was`), []string{"Yes", "Slightly", "Yes, in places"}},
}

var (
	markedRow   = regexp.MustCompile(`(?m)^  !  (amount|country|prediction) `)
	faultLine   = regexp.MustCompile(`(?m)^fault (.*?)( In \d+ of \d+ chunks?\.)?$`)
	scoreClause = regexp.MustCompile(`; accuracy ([\d.]+)[^,;]*, reference ([\d.]+)`)

	movedCard     = regexp.MustCompile(`data-column="(\w+)" data-drifted="true"`)
	faultArticle  = regexp.MustCompile(`(?s)<article class="incident page">.*?<p>(.*?)</p>`)
	tag           = regexp.MustCompile(`<[^>]*>`)
	verdictCard   = regexp.MustCompile(`(?s)<article class="card verdict \w+">\s*<h2>(.*?)</h2>\s*<p class="answer \w+"><span[^>]*>.*?</span> (.*?)</p>\s*<p class="figure">(.*?)</p>`)
	accuracyMoves = regexp.MustCompile(`^accuracy ([\d.]+) → ([\d.]+)(?: at worst, ([\d.]+))?`)
)

func toldByText(text string) told {
	t := told{unmeasured: strings.Contains(text, "whether columns drifted cannot be told") || strings.HasPrefix(text, "there are no rows to compare")}
	for _, m := range markedRow.FindAllStringSubmatch(text, -1) {
		t.moved = append(t.moved, m[1])
	}
	for _, m := range faultLine.FindAllStringSubmatch(text, -1) {
		t.faults = append(t.faults, strings.ReplaceAll(m[1], "`", ""))
	}
	if m := scoreClause.FindStringSubmatch(text); m != nil {
		t.now, t.then = m[1], m[2]
	}
	slices.Sort(t.moved)
	return t
}

// toldByPage returns also the answer to whether the model got worse.
func toldByPage(page string) (t told, worse string) {
	for _, m := range movedCard.FindAllStringSubmatch(page, -1) {
		t.moved = append(t.moved, m[1])
	}
	for _, m := range faultArticle.FindAllStringSubmatch(page, -1) {
		t.faults = append(t.faults, html.UnescapeString(tag.ReplaceAllString(m[1], "")))
	}
	cards := verdictCard.FindAllStringSubmatch(page, -1)
	t.unmeasured = cards[0][2] == "Cannot be told" && cards[1][2] == "Cannot be told" || cards[0][2] == "Not asked"
	if m := accuracyMoves.FindStringSubmatch(html.UnescapeString(cards[2][3])); m != nil {
		t.then, t.now = m[1], m[2]
		if m[3] != "" {
			t.now = m[3]
		}
	}
	slices.Sort(t.moved)
	return t, cards[2][2]
}

// A comparison is told twice, as text and as a page: both say the same of it, whatever it is.
func TestTextAndPageAgree(t *testing.T) {
	folder := t.TempDir()
	file := func(name string) string { return filepath.Join(folder, name) }
	rows := rapid.SampledFrom([]int{600, 0, 1, 7, 30, 31, 150, 400, 1000, 2000})
	rapid.Check(t, func(r *rapid.T) {
		ref := sample{rows: rows.Draw(r, "reference"), wrong: 0.1, seed: rapid.Uint64().Draw(r, "seed")}
		ref.labelled = ref.rows * rapid.SampledFrom([]int{1, 1, 1, 0}).Draw(r, "labelled")
		cur := sample{
			rows: rows.Draw(r, "current"), seed: ref.seed + 1, shift: rapid.SampledFrom([]float64{0, 0, 0.2, 0.5, 2}).Draw(r, "shift"),
			wrong: rapid.SampledFrom([]float64{0.02, 0.1, 0.15, 0.2, 0.4}).Draw(r, "wrong"), absent: rapid.SampledFrom([]float64{0, 0, 0.05, 0.6}).Draw(r, "absent"),
			milli: rapid.IntRange(0, 4).Draw(r, "milli") == 0, stuck: rapid.IntRange(0, 4).Draw(r, "stuck") == 0,
			places: rapid.Bool().Draw(r, "places"),
		}
		cur.labelled = cur.rows * rapid.SampledFrom([]int{3, 3, 2, 1, 0}).Draw(r, "thirds labelled") / 3
		for name, s := range map[string]sample{"ref.csv": ref, "cur.csv": cur} {
			if err := os.WriteFile(file(name), []byte(s.table()), 0o600); err != nil {
				r.Fatal(err)
			}
		}
		args := []string{"compare"}
		chunks := rapid.SampledFrom([]int{1, 1, 2, 3, 12}).Draw(r, "chunks")
		if chunks > 1 {
			args = append(args, "--chunk-rows", fmt.Sprint(max(1, cur.rows/chunks)))
		}
		code, text, stderr := invoke(t, append(args, file("ref.csv"), file("cur.csv"))...)
		if code != exitOK {
			r.Fatal(stderr)
		}
		if code, _, stderr = invoke(t, append(args, "--html", file("page.html"), file("ref.csv"), file("cur.csv"))...); code != exitOK {
			r.Fatal(stderr)
		}
		page, err := os.ReadFile(file("page.html"))
		if err != nil {
			r.Fatal(err)
		}
		byText := toldByText(text)
		byPage, answer := toldByPage(string(page))
		if !reflect.DeepEqual(byText, byPage) {
			r.Fatalf("%+v, %+v, %v\ntext %+v\npage %+v\n%s", ref, cur, args, byText, byPage, text)
		}
		story, _, _ := strings.Cut(text, "\n")
		known := slices.IndexFunc(harms, func(h harm) bool { return h.text.MatchString(story) })
		if chunks == 1 && (known < 0 || !slices.Contains(harms[known].page, answer)) {
			r.Fatalf("%+v, %+v\ntext %s\npage %s", ref, cur, story, answer)
		}
		// Over chunks the story is the last one's, and the page tells of all: of no less harm than that.
		worse := known >= 0 && slices.Contains(harms[known].page, "Yes, in places")
		if chunks > 1 && worse && !strings.HasPrefix(answer, "Yes") && !strings.HasPrefix(answer, "In ") && answer != "Slightly" {
			r.Fatalf("%+v, %+v, %v\ntext %s\npage %s", ref, cur, args, story, answer)
		}
	})
}
