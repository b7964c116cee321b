//go:build integration

package integration

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"os/exec"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/anchorwatch/anchorwatch/sinks"
)

// size of the windows, and the delay after which no label is awaited, as the configurations have them.
const (
	size       = time.Minute
	labelDelay = 2 * time.Minute
)

// prediction and label are the events as producers write them.
type prediction struct {
	ID       string         `json:"id"`
	At       time.Time      `json:"ts"`
	Model    string         `json:"model"`
	Version  string         `json:"version"`
	Features map[string]any `json:"features"`
	Answer   struct {
		Label string  `json:"label"`
		Score float64 `json:"score"`
	} `json:"prediction"`
	LatencyMS float64 `json:"latency_ms"`
}

type label struct {
	ID    string    `json:"id"`
	At    time.Time `json:"ts"`
	Model string    `json:"model"`
	Truth string    `json:"label"`
}

// message is an event on its way: what a producer sends when.
type message struct {
	key   string
	value []byte
	at    time.Time // event time
}

// stream is a stretch of traffic of one model, and what it must come to.
type stream struct {
	seed        uint64
	start       time.Time
	count       int // windows
	predictions []message
	labels      []message
	want        []tally // by window
}

// tally is what the events of one window come to, counted the plain way.
type tally struct {
	samples, labeled, correct       int
	truePositive, falsePositive     int
	falseNegative, missing, doubled int
}

// newStream makes windows of traffic. accuracy says how often the model is right in each window. One prediction in ten
// never gets its label, some labels come before their prediction or twice, some predictions come twice; events are out
// of order by up to five seconds.
func newStream(seed uint64, start time.Time, count, perWindow int, accuracy func(window int) float64) *stream {
	s := &stream{seed: seed, start: start, count: count, want: make([]tally, count)}
	random := rand.New(rand.NewPCG(seed, 1))
	for w := range count {
		for i := range perWindow {
			s.add(random, w, i, start.Add(time.Duration(w)*size+time.Duration(random.Int64N(size.Milliseconds()))*time.Millisecond), accuracy(w))
		}
	}
	late := func(a, b message) int { return a.at.Compare(b.at) }
	slices.SortStableFunc(s.predictions, late)
	slices.SortStableFunc(s.labels, late)
	shuffle(random, s.predictions)
	shuffle(random, s.labels)
	return s
}

func (s *stream) add(random *rand.Rand, w, i int, at time.Time, accuracy float64) {
	t := &s.want[w]
	p := prediction{ID: fmt.Sprintf("%d-w%d-%d", s.seed, w, i), At: at, Model: "credit", Version: "1", LatencyMS: 5 + 10*random.Float64()}
	p.Features = map[string]any{"income": math.Round(1000+3000*random.Float64()) / 2, "country": []string{"DE", "FR", "IT"}[random.IntN(3)]}
	t.samples++
	if random.IntN(20) == 0 {
		p.Features["income"] = nil
		t.missing++
	}
	truth := random.IntN(2)
	right := random.Float64() < accuracy
	answer := truth
	if !right {
		answer = 1 - truth
	}
	p.Answer.Label, p.Answer.Score = strconv.Itoa(answer), 0.2+0.6*float64(answer)
	s.predictions = append(s.predictions, encode(p.ID, p, at))
	if random.IntN(50) == 0 {
		s.predictions = append(s.predictions, encode(p.ID, p, at.Add(time.Second)))
		t.doubled++
	}
	if random.IntN(10) == 0 {
		return // never labelled
	}
	delay := time.Duration(random.Int64N(30000)) * time.Millisecond
	if random.IntN(20) == 0 {
		delay = -2 * time.Second
	}
	l := label{ID: p.ID, At: at.Add(delay), Model: "credit", Truth: strconv.Itoa(truth)}
	s.labels = append(s.labels, encode(p.ID, l, l.At))
	if random.IntN(20) == 0 {
		l.At = l.At.Add(3 * time.Second)
		s.labels = append(s.labels, encode(p.ID, l, l.At))
	}
	t.labeled++
	switch {
	case right && answer == 1:
		t.truePositive++
	case answer == 1:
		t.falsePositive++
	case !right:
		t.falseNegative++
	}
	if right {
		t.correct++
	}
}

func encode(key string, event any, at time.Time) message {
	value, err := json.Marshal(event)
	if err != nil {
		panic(err) // the tests' own types can be encoded
	}
	return message{key: key, value: value, at: at}
}

// shuffle brings neighbours out of order, by up to five seconds of event time.
func shuffle(random *rand.Rand, messages []message) {
	sent := make(map[string]time.Time, len(messages))
	keyOf := func(m message) string { return m.key + m.at.String() }
	for _, m := range messages {
		sent[keyOf(m)] = m.at.Add(time.Duration(random.Int64N(5000)) * time.Millisecond)
	}
	slices.SortStableFunc(messages, func(a, b message) int {
		return cmp.Or(sent[keyOf(a)].Compare(sent[keyOf(b)]), cmp.Compare(a.key, b.key))
	})
}

// end is the end of the last window.
func (s *stream) end() time.Time { return s.start.Add(time.Duration(s.count) * size) }

// closers are events far enough behind the stream that all its windows become final, one of each kind for each
// partition that they are sent to.
func (s *stream) closers(n int) (predictions, labels []message) {
	return s.behind(n, labelDelay+30*time.Second)
}

// behind makes n events of each kind, some time after the stream's end.
func (s *stream) behind(n int, after time.Duration) (predictions, labels []message) {
	at := s.end().Add(after)
	for i := range n {
		id := fmt.Sprintf("%d-closer-%v-%d", s.seed, after, i)
		p := prediction{ID: id, At: at, Model: "credit", Version: "1", Features: map[string]any{"income": 1500, "country": "DE"}}
		p.Answer.Label = "1"
		predictions = append(predictions, encode(id, p, at))
		labels = append(labels, encode(id, label{ID: id, At: at, Model: "credit", Truth: "1"}, at))
	}
	return predictions, labels
}

// check compares all final windows with what the stream comes to, exactly.
func (s *stream) check(t *testing.T, where string, windows []sinks.Window) {
	t.Helper()
	if found := s.checkFound(t, where, windows); found != s.count {
		t.Errorf("%s: %d final windows, want %d", where, found, s.count)
	}
}

// checkFound does the same for those final windows that there are, and counts them.
func (s *stream) checkFound(t *testing.T, where string, windows []sinks.Window) (found int) {
	t.Helper()
	for _, w := range windows {
		i := int(w.Window.Start.Time().Sub(s.start) / size)
		if !w.Final || w.Model != "credit" || w.Window.Start.Time().Before(s.start) || i >= s.count {
			continue
		}
		found++
		if diff := s.want[i].differs(w); diff != "" {
			t.Errorf("%s: window %d: %s", where, i, diff)
		}
		if !w.Complete {
			t.Errorf("%s: window %d says that input is missing", where, i)
		}
	}
	return found
}

// differs says in what a window differs from a tally; empty if in nothing.
func (want tally) differs(got sinks.Window) string {
	ratio := func(part, whole int) float64 { return float64(part) / float64(whole) }
	precision := ratio(want.truePositive, want.truePositive+want.falsePositive)
	recall := ratio(want.truePositive, want.truePositive+want.falseNegative)
	text := ""
	if int(got.Samples) != want.samples || int(got.Labeled) != want.labeled {
		text += fmt.Sprintf(" %d samples of which %d labelled, want %d and %d;", got.Samples, got.Labeled, want.samples, want.labeled)
	}
	for _, m := range []struct {
		name, column string
		want         float64
	}{
		{"accuracy", "", ratio(want.correct, want.labeled)},
		{"precision", "", precision},
		{"recall", "", recall},
		{"f1", "", 2 * precision * recall / (precision + recall)},
		{"label_coverage", "", ratio(want.labeled, want.samples)},
		{"missing_rate", "income", ratio(want.missing, want.samples)},
		{"missing_rate", "country", 0},
	} {
		if value, ok := measured(got, m.name, m.column); !ok || math.Abs(value-m.want) > 1e-12 {
			text += fmt.Sprintf(" %s of %q is %v (there: %v), want %v;", m.name, m.column, value, ok, m.want)
		}
	}
	return text
}

// measured finds a measurement without class.
func measured(w sinks.Window, name, column string) (float64, bool) {
	for _, m := range w.Measurements {
		if m.Name == name && m.Column == column && m.Class == "" {
			return m.Value, true
		}
	}
	return 0, false
}

// totals sums the tallies of all windows.
func (s *stream) totals() (sum tally) {
	for _, t := range s.want {
		sum.samples += t.samples
		sum.labeled += t.labeled
		sum.correct += t.correct
		sum.doubled += t.doubled
	}
	return sum
}

// buildBaseline builds the baseline of version 1 of the model credit, as its owner would: from rows of a time when all was
// well.
func buildBaseline(path string) error {
	random := rand.New(rand.NewPCG(7, 7))
	var rows bytes.Buffer
	for i := range 4000 {
		truth := random.IntN(2)
		answer := truth
		if random.IntN(10) == 0 {
			answer = 1 - truth
		}
		fmt.Fprintf(&rows, `{"id":"%d","ts":"%s","model":"credit","version":"1","features":{"income":%v,"country":"%s"},"prediction":{"label":"%d","score":%v},"label":"%d"}`+"\n",
			i, time.Date(2026, 1, 1, 0, 0, i, 0, time.UTC).Format(time.RFC3339), math.Round(1000+3000*random.Float64())/2,
			[]string{"DE", "FR", "IT"}[random.IntN(3)], answer, 0.2+0.6*float64(answer), truth)
	}
	from := path + ".ndjson"
	if err := os.WriteFile(from, rows.Bytes(), 0o600); err != nil {
		return err
	}
	build := exec.Command(binary, "baseline", "build", "--out="+path, "--window=10m", "--positive-class=1", from)
	if out, err := build.CombinedOutput(); err != nil {
		return fmt.Errorf("anchorwatch baseline build: %w\n%s", err, out)
	}
	return nil
}
