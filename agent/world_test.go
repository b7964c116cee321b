package agent

import (
	"cmp"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/anchorwatch/anchorwatch/agent/config"
	"github.com/anchorwatch/anchorwatch/agent/source"
	"github.com/anchorwatch/anchorwatch/detectors/baseline"
	"github.com/anchorwatch/anchorwatch/detectors/performance"
	"github.com/anchorwatch/anchorwatch/detectors/profile"
)

// The story of the world, in hours of event time since dawn. Version 1 answers one request a minute and is right nine
// times in ten; for three hours an input is missing; later the answers are no better than a coin. Version 2 takes over
// and is right again. After curtain, silence, and then a few events that carry the clocks beyond the last label.
const (
	missingFrom, missingTo = 6, 9
	failingFrom            = 14
	takeOver               = 24
	curtain                = 40
	epilogue               = 48
)

// dawn is when the world's event time begins. It lies before 2000, where the clock of package synctest begins.
var dawn = time.Date(1999, 11, 1, 0, 0, 0, 0, time.UTC)

// world is a small stream of events, the same whenever it is made, and what must come of it, known by construction.
type world struct {
	logs map[source.Partition][]source.Record
	// logged is when each record is written, in event time.
	logged map[source.Partition][]time.Time
	counts map[hour]*count
	// refused counts the garbage by reason.
	refused map[string]uint64
	// future and tooLate count predictions of those kinds.
	future, tooLate uint64
}

// hour is one window of one version.
type hour struct {
	version string
	start   profile.Instant
}

// count is what a window must come to, once all labels are in.
type count struct{ samples, labeled, correct uint64 }

// item is one record on its way into a log.
type item struct {
	partition source.Partition
	logged    time.Time // when it is written, which orders a log
	value     []byte
	// stamp is the event's own time, zero where it moves no clock.
	stamp time.Time
	// settle is told the newest event time of the partition before this item.
	settle func(newest time.Time)
}

var (
	predictionLogs = []source.Partition{{Topic: "predictions"}, {Topic: "predictions", Number: 1}, {Topic: "predictions", Number: 2}}
	labelLogs      = []source.Partition{{Topic: "labels"}, {Topic: "labels", Number: 1}}
	allLogs        = slices.Concat(labelLogs, predictionLogs)
)

// newWorld makes the world. Its records carry the wall clock, as they do where a stream is live: event time is replayed.
func newWorld(now time.Time) *world {
	w := &world{logs: map[source.Partition][]source.Record{}, logged: map[source.Partition][]time.Time{}, counts: map[hour]*count{}, refused: map[string]uint64{}}
	m := &maker{world: w, rng: rand.New(rand.NewPCG(7, 11))}
	for minute := range curtain * 60 {
		m.request(minute)
	}
	m.close()
	m.litter()
	slices.SortStableFunc(m.items, func(a, b item) int { return a.logged.Compare(b.logged) })
	newest := map[source.Partition]time.Time{}
	for _, i := range m.items {
		if i.settle != nil {
			i.settle(newest[i.partition])
		}
		if i.stamp.After(newest[i.partition]) {
			newest[i.partition] = i.stamp
		}
		w.logs[i.partition] = append(w.logs[i.partition], source.Record{Time: now, Value: i.value})
		w.logged[i.partition] = append(w.logged[i.partition], i.logged)
	}
	return w
}

// between returns the records of a log that are written between two hours of the story, with that timestamp.
func (w *world) between(p source.Partition, from, to float64, written time.Time) []source.Record {
	var part []source.Record
	for i, r := range w.logs[p] {
		if at := w.logged[p][i].Sub(dawn).Hours(); at >= from && at < to {
			r.Time = written
			part = append(part, r)
		}
	}
	return part
}

// maker writes the world's items.
type maker struct {
	world *world
	rng   *rand.Rand
	items []item
}

func (m *maker) chance(p float64) bool { return m.rng.Float64() < p }

func (m *maker) any(logs []source.Partition) source.Partition { return logs[m.rng.IntN(len(logs))] }

// within is a random duration below d.
func (m *maker) within(d time.Duration) time.Duration { return time.Duration(m.rng.Int64N(int64(d))) }

// count returns the window of a version in which a moment lies.
func (w *world) count(version string, at time.Time) *count {
	h := hour{version, profile.InstantOf(at.Truncate(time.Hour))}
	if w.counts[h] == nil {
		w.counts[h] = &count{}
	}
	return w.counts[h]
}

// request makes one prediction and what follows from it.
func (m *maker) request(minute int) {
	at := dawn.Add(time.Duration(minute)*time.Minute + m.within(30*time.Second)).Truncate(time.Millisecond)
	number := minute / 60
	version, right := "1", 0.9
	switch {
	case number >= takeOver:
		version = "2"
	case number >= failingFrom:
		right = 0.5
	}
	id := fmt.Sprintf("request-%d", minute)
	truth, answer := "no", "no"
	if m.chance(0.4) {
		truth, answer = "yes", "yes"
	}
	correct := m.chance(right)
	if !correct {
		answer = map[string]string{"yes": "no", "no": "yes"}[truth]
	}
	income := fmt.Sprintf("%.2f", 2000+500*m.rng.NormFloat64())
	if number >= missingFrom && number < missingTo && m.chance(0.8) {
		income = "null"
	}
	value := fmt.Appendf(nil, `{"model":"credit","version":%q,"id":%q,"ts":%q,"features":{"income":%s,"region":%q},"prediction":{"label":%q,"score":%.3f},"nobody_knows":{"this":[1,2]}}`,
		version, id, at.Format(time.RFC3339Nano), income, []string{"north", "south"}[m.rng.IntN(2)], answer, m.rng.Float64())
	i := item{partition: m.any(predictionLogs), logged: at.Add(m.within(20 * time.Second)), value: value, stamp: at}
	counted := m.world.count(version, at)
	switch {
	case m.chance(0.03): // late, but allowed
		i.logged = at.Add(5 * time.Minute)
	case m.chance(0.02) && number < curtain-3:
		i.logged = at.Add(2 * time.Hour)
		m.world.tooLate++
		counted = nil
	case m.chance(0.02) && minute%60 > 10:
		i.value = []byte(strings.Replace(string(value), at.Format(time.RFC3339Nano), "2100-01-01T00:00:00Z", 1))
		i.stamp = time.Time{}
		m.world.future++
		counted = &count{} // in which window, the log's order tells
		i.settle = func(newest time.Time) {
			to := m.world.count(version, newest)
			to.samples, to.labeled, to.correct = to.samples+counted.samples, to.labeled+counted.labeled, to.correct+counted.correct
		}
	}
	m.items = append(m.items, i)
	if m.chance(0.03) { // doubled by its producer
		i.logged, i.settle, i.stamp = i.logged.Add(time.Second), nil, time.Time{}
		m.items = append(m.items, i)
	}
	if counted != nil {
		counted.samples++
	}
	m.label(id, at, truth, correct, counted)
}

// label makes the label of a request, or none, or two.
func (m *maker) label(id string, at time.Time, truth string, correct bool, counted *count) {
	known := at.Add(10*time.Minute + m.within(40*time.Minute))
	inTime := true
	switch chance := m.rng.Float64(); {
	case chance < 0.05:
		return
	case chance < 0.08: // before its prediction
		known = at.Add(-5 * time.Minute)
	case chance < 0.11: // late, but awaited
		known = at.Add(5 * time.Hour)
	case chance < 0.13: // later than labels are awaited
		known, inTime = at.Add(7*time.Hour), false
	}
	known = known.Truncate(time.Millisecond)
	value := fmt.Appendf(nil, `{"model":"credit","id":%q,"ts":%q,"label":%q}`, id, known.Format(time.RFC3339Nano), truth)
	m.items = append(m.items, item{partition: m.any(labelLogs), logged: known.Add(m.within(20 * time.Second)), value: value, stamp: known})
	if m.chance(0.05) {
		m.items = append(m.items, item{partition: m.any(labelLogs), logged: known.Add(m.within(25 * time.Second)), value: value, stamp: known})
	}
	if counted != nil && inTime {
		counted.labeled++
		if correct {
			counted.correct++
		}
	}
}

// close writes events to every log that carry both clocks beyond the last label of the last window.
func (m *maker) close() {
	for n, p := range allLogs {
		for k := range 2 {
			at := dawn.Add(epilogue*time.Hour + time.Duration(5*n+k)*time.Second)
			id := fmt.Sprintf("epilogue-%d-%d", n, k)
			value := fmt.Appendf(nil, `{"model":"credit","id":%q,"ts":%q,"label":"no"}`, id, at.Format(time.RFC3339Nano))
			if p.Topic == "predictions" {
				value = fmt.Appendf(nil, `{"model":"credit","version":"2","id":%q,"ts":%q,"features":{"income":2000},"prediction":{"label":"no","score":0.1}}`,
					id, at.Format(time.RFC3339Nano))
				m.world.count("2", at).samples++
			}
			m.items = append(m.items, item{partition: p, logged: at, value: value, stamp: at})
		}
	}
}

// litter strews garbage between the events.
func (m *maker) litter() {
	for n, g := range slices.Concat(garbage, garbage, garbage) {
		if n >= len(garbage) && len(g.value) > 100_000 {
			continue // once is enough of those
		}
		at := dawn.Add(time.Hour + m.within((curtain-2)*time.Hour))
		p := predictionLogs[n%len(predictionLogs)]
		m.items = append(m.items, item{partition: p, logged: at, value: g.value})
		m.world.refused[g.reason]++
	}
}

// config is the configuration of the world's agent, with baselines in the folder.
func (w *world) config(folder string) (*config.Config, error) {
	return config.Parse(filepath.Join(folder, "anchorwatch.yml"), []byte(`
environment: test
kafka: {brokers: ["localhost:9092"], group: watch, predictions: [predictions], labels: [labels]}
time: {label_delay: 6h}
models:
  - name: credit
    baseline: baseline_v{version}.awb
    positive_class: "yes"
    windows: [{name: 1h, size: 1h}]
    rules:
      - {name: accuracy-drop, measure: accuracy, below: baseline - 0.2, clear: baseline - 0.15, for: 2, clear_for: 2,
         wait: 0s, min_samples: 20, min_coverage: 0.5, severity: page, retrain: true}
      - {name: income-missing, measure: missing_rate, column: income, above: 0.3, for: 2, clear_for: 2, min_samples: 20,
         severity: warning}
retrain: {url: "http://localhost/retrain", secret: "`+signingSecret+`", min_span: 1h, cooldown: 1h, deadline: 1h}
checkpoint: {interval: 3s}
`))
}

const signingSecret = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD"

// settle prepares a folder for agents of the world: it writes the baselines of both versions.
func settle(t *testing.T) string {
	t.Helper()
	folder := t.TempDir()
	rng := rand.New(rand.NewPCG(1, 2))
	for _, version := range []string{"1", "2"} {
		b := baseline.NewBuilder()
		for n := range 600 {
			b.Row(profile.InstantOf(dawn.Add(time.Duration(n-1000) * time.Minute)))
			b.Column("income").Number(2000 + 500*rng.NormFloat64())
			b.Column("region").Text([]byte([]string{"north", "south"}[n%2]))
			truth, answer := []string{"yes", "no"}[n%2], []string{"yes", "no"}[n%2]
			if n%10 == 0 {
				answer = "no"
			}
			b.Answer(performance.Answer{Class: []byte(answer), HasClass: true, Score: rng.Float64(), HasScore: true})
			b.Label(performance.Truth{Class: []byte(truth)}, profile.Dawn)
		}
		built, err := b.Build(baseline.Options{Model: "credit", Version: version, Answers: performance.Overrides{Positive: "yes"}})
		if err != nil {
			t.Fatal(err)
		}
		file, err := os.Create(filepath.Join(folder, "baseline_v"+version+".awb"))
		if err != nil {
			t.Fatal(err)
		}
		if err := cmp.Or(baseline.Write(file, built), file.Close()); err != nil {
			t.Fatal(err)
		}
	}
	return folder
}

// files writes every log as a file, for a backtest.
func (w *world) files(t *testing.T) (predictions, labels []string) {
	t.Helper()
	folder := t.TempDir()
	for _, p := range allLogs {
		var lines []byte
		for _, r := range w.logs[p] {
			lines = append(append(lines, r.Value...), '\n')
		}
		path := filepath.Join(folder, fmt.Sprintf("%s-%d.jsonl", p.Topic, p.Number))
		if err := os.WriteFile(path, lines, 0o600); err != nil {
			t.Fatal(err)
		}
		if p.Topic == "labels" {
			labels = append(labels, path)
		} else {
			predictions = append(predictions, path)
		}
	}
	return predictions, labels
}

// piece is one record that no decoder should take, and the reason it is refused for.
type piece struct {
	name, reason string
	value        []byte
}

// garbage is one of each kind of record that a stranger's producer may write.
var garbage = []piece{
	{"empty", "empty", []byte("  ")},
	{"tombstone", "tombstone", nil},
	{"cut off", "bad_json", []byte(`{"model":"credit","id":"x","ts":"1999-11-0`)},
	{"bare NaN", "bad_json", []byte(`{"model":"credit","version":"1","id":"x","ts":"1999-11-02T00:00:00Z","prediction":NaN}`)},
	{"text NaN", "bad_prediction", []byte(`{"model":"credit","version":"1","id":"x","ts":"1999-11-02T00:00:00Z","prediction":{"score":"NaN"}}`)},
	{"array", "not_an_object", []byte(`[1,2,3]`)},
	{"depth bomb", "too_deep", []byte(strings.Repeat(`{"a":`, 10_000) + "1" + strings.Repeat("}", 10_000))},
	{"bracket bomb", "too_deep", []byte(`{"features":` + strings.Repeat("[", 100_000))},
	{"key bomb", "too_many_fields", []byte(`{"features":{` + manyKeys(5000) + `}}`)},
	{"large record", "too_large", []byte(`{"model":"credit","id":"` + strings.Repeat("x", 1<<20) + `"}`)},
	{"large model", "unknown_model", []byte(`{"version":"1","id":"x","ts":"1999-11-02T00:00:00Z","model":"` + strings.Repeat("x", 1<<20-100) + `"}`)},
	{"large id", "bad_id", []byte(`{"model":"credit","version":"1","ts":"1999-11-02T00:00:00Z","prediction":1,"id":"` + strings.Repeat("x", 1<<20-100) + `"}`)},
	{"stranger", "unknown_model", []byte(`{"model":"fraud","version":"1","id":"x","ts":"1999-11-02T00:00:00Z","prediction":1}`)},
	{"no id", "missing_id", []byte(`{"model":"credit","version":"1","ts":"1999-11-02T00:00:00Z","prediction":1}`)},
	{"object as id", "bad_id", []byte(`{"model":"credit","version":"1","id":{},"ts":"1999-11-02T00:00:00Z","prediction":1}`)},
	{"object as version", "bad_version", []byte(`{"model":"credit","version":{},"id":"x","ts":"1999-11-02T00:00:00Z","prediction":1}`)},
	{"text as features", "bad_features", []byte(`{"model":"credit","version":"1","id":"x","ts":"1999-11-02T00:00:00Z","features":"many"}`)},
	{"nothing in it", "missing_content", []byte(`{"model":"credit","version":"1","id":"x","ts":"1999-11-02T00:00:00Z"}`)},
	{"no time at all", "bad_timestamp", []byte(`{"model":"credit","version":"1","id":"x","ts":"yesterday","prediction":1}`)},
	{"year 10000", "bad_timestamp", []byte(`{"model":"credit","version":"1","id":"x","ts":"10000-01-01T00:00:00Z","prediction":1}`)},
	{"key twice", "duplicate_key", []byte(`{"model":"credit","id":"x","id":"y","version":"1","ts":"1999-11-02T00:00:00Z","prediction":1}`)},
	{"not UTF-8", "bad_utf8", []byte("{\"model\":\"credit\",\"id\":\"\xff\"}")},
	{"registry framing", "unsupported_format", []byte("\x00\x00\x00\x00\x01abc")},
}

func manyKeys(n int) string {
	keys := make([]string, n)
	for i := range keys {
		keys[i] = fmt.Sprintf(`"k%d":1`, i)
	}
	return strings.Join(keys, ",")
}

// The world itself: what every other test takes for granted.
func TestWorldIsTheSameEveryTime(t *testing.T) {
	a, b := newWorld(time.Time{}), newWorld(time.Time{})
	x, _ := json.Marshal(a.logs[predictionLogs[0]])
	y, _ := json.Marshal(b.logs[predictionLogs[0]])
	if string(x) != string(y) || a.future == 0 || a.tooLate == 0 {
		t.Errorf("two worlds differ, or %d future and %d late events are too few", a.future, a.tooLate)
	}
}
