package window

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/anchorwatch/anchorwatch/agent/event"
	"github.com/anchorwatch/anchorwatch/agent/join"
	"github.com/anchorwatch/anchorwatch/agent/source"
	"github.com/anchorwatch/anchorwatch/detectors"
	"github.com/anchorwatch/anchorwatch/detectors/baseline"
	"github.com/anchorwatch/anchorwatch/detectors/performance"
	"github.com/anchorwatch/anchorwatch/detectors/profile"
)

const (
	hour    = time.Hour
	day     = 24 * hour
	forever = time.Duration(math.MaxInt64)
)

// at is a moment, in hours since 1970.
func at(hours float64) profile.Instant {
	return profile.Instant(math.Round(hours * float64(hour.Milliseconds())))
}

// happening is one event of a test: a prediction, or with a label its truth.
type happening struct {
	at      float64 // hours
	id      string  // "": unique
	version string
	answer  string // "up" or "down"; a label's truth
	label   bool
	x       float64 // a numeric feature
	country string  // a categorical feature and segment
	failed  bool
	known   string // the label that the prediction itself carries
	model   int
}

func prediction(hours float64) happening {
	return happening{at: hours, version: "1", answer: "up", x: 0.5, country: "DE"}
}

func (h happening) named(id string) happening   { h.id = id; return h }
func (h happening) of(version string) happening { h.version = version; return h }
func (h happening) labeled() happening          { h.known = "up"; return h }

func labelOf(id string, hours float64, truth string) happening {
	return happening{at: hours, id: id, answer: truth, label: true}
}

// failer is what *testing.T and *rapid.T have in common.
type failer interface {
	Helper()
	Errorf(format string, args ...any)
	Fatal(args ...any)
	Fatalf(format string, args ...any)
}

// rig drives windows as the pipeline does, by hand.
type rig struct {
	tb      failer
	options Options
	marks   *Watermarks
	join    *join.Join
	windows *Windows
	offsets map[source.Partition]int64
	steps   []Step
}

var (
	predictions = source.Partition{Topic: "predictions"}
	labels      = source.Partition{Topic: "labels"}
)

// reference is a baseline of 400 rows: x is uniform in [0, 1), the country is DE or FR, nine of ten answers are right.
var reference = sync.OnceValue(func() *baseline.Baseline { return buildReference(0, 0) })

// buildReference may add further features.
func buildReference(numeric, categorical int) *baseline.Baseline {
	b := baseline.NewBuilder()
	for i := range 400 {
		b.Row(at(float64(i)))
		b.Column("x").Number(float64(i%100) / 100)
		b.Column("country").Text([]byte([]string{"DE", "FR"}[i%2]))
		for n := range numeric {
			b.Column(fmt.Sprint("n", n)).Number(float64((i*7919+n)%1000) / 7)
		}
		for n := range categorical {
			b.Column(fmt.Sprint("c", n)).Text(fmt.Append(nil, (i+n)%9))
		}
		answer := []string{"up", "down"}[i/2%2]
		truth := answer
		if i%10 == 0 {
			truth = "up"
		}
		b.Answer(performance.Answer{Class: []byte(answer), HasClass: true})
		b.Label(performance.Truth{Class: []byte(truth), Number: math.NaN()}, profile.Dawn)
	}
	built, err := b.Build(baseline.Options{Model: "m", Version: "1", Answers: performance.Overrides{Positive: "up"}})
	if err != nil {
		panic(err)
	}
	return built
}

// hourly is a model with tumbling windows of one hour, and labels awaited for ten.
func hourly() Model {
	return Model{
		Name: "m", Specs: []Spec{{Name: "1h", Size: hour, Slide: hour}}, MaxDelay: 10 * hour, MaxVersions: 5,
		Baseline: func(version string) (*baseline.Baseline, error) {
			if strings.HasPrefix(version, "bare") {
				return nil, errors.New("none")
			}
			return reference(), nil
		},
		Compare: func(b *baseline.Baseline, current *profile.Set) []detectors.Measurement {
			return detectors.CompareSets(b.Set, current, detectors.Options{DesignEffect: 1})
		},
	}
}

// waiting is a horizon that a user wrote.
func waiting(wait time.Duration, samples int, coverage float64) Horizon {
	return Horizon{Wait: &wait, MinSamples: samples, MinCoverage: &coverage}
}

func newRig(tb failer, models ...Model) *rig {
	tb.Helper()
	clock := Clock{OutOfOrderness: 0, AllowedLateness: 30 * time.Minute, FutureSkew: 5 * time.Minute}
	return newRigAt(tb, clock, models...)
}

func newRigAt(tb failer, clock Clock, models ...Model) *rig {
	tb.Helper()
	r := &rig{tb: tb, offsets: map[source.Partition]int64{}}
	r.options = Options{
		Clock: clock, Models: models, Dictionary: &event.Dictionary{}, NoBaseline: func(string, string, error) {},
	}
	r.begin()
	r.marks.Track(predictions, event.Predictions) // silent until a test feeds it
	r.marks.Track(labels, event.Labels)
	return r
}

// begin makes empty stages.
func (r *rig) begin() {
	var pane time.Duration
	for _, m := range r.options.Models {
		for _, s := range m.Specs {
			pane = max(pane, s.Slide)
		}
	}
	r.marks = NewWatermarks(r.options.Clock)
	r.join = join.New(join.Options{
		MaxBytes: 1 << 24, Lateness: r.options.Clock.AllowedLateness, Pane: pane,
		MaxDelay: func(model int) time.Duration { return r.options.Models[model].MaxDelay },
	})
	r.windows = New(r.options, r.marks, r.join)
}

// restart goes on from a checkpoint, as a new process with new stages does.
func (r *rig) restart() {
	r.tb.Helper()
	r.marks.Settle()
	marks, joined, windows := r.marks.AppendBinary(nil), r.join.AppendBinary(nil), r.windows.AppendBinary(nil)
	r.options.Dictionary = &event.Dictionary{}
	r.begin()
	lost, err := r.restore(marks, joined, windows)
	if err != nil || len(lost) > 0 {
		r.tb.Fatalf("restore: %v, lost %q", err, lost)
	}
	if again := r.windows.AppendBinary(nil); string(again) != string(windows) {
		r.tb.Fatal("windows encode otherwise after a restart")
	}
	if again := r.marks.AppendBinary(nil); string(again) != string(marks) {
		r.tb.Fatal("watermarks encode otherwise after a restart")
	}
}

func (r *rig) restore(marks, joined, windows []byte) (lost []string, err error) {
	if err := errors.Join(r.marks.Restore(marks), r.join.Restore(joined)); err != nil {
		return nil, err
	}
	return r.windows.Restore(windows)
}

// now is the wall clock and every record's time: long after all events.
var now = time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)

// read takes a batch of one partition in.
func (r *rig) read(p source.Partition, events ...happening) {
	var b event.Batch
	columns := map[string]int{"x": r.options.Dictionary.Add("x"), "country": r.options.Dictionary.Add("country")}
	b.Features = make([][]event.Cell, r.options.Dictionary.Len())
	for _, h := range events {
		origin := event.Origin{Partition: p, Offset: r.offsets[p], Record: now}
		r.offsets[p]++
		if h.label {
			truth := event.Truth{Present: true, Class: []byte(h.answer), Number: math.NaN(), Retracts: h.answer == ""}
			b.Labels = append(b.Labels, event.Label{Origin: origin, ID: []byte(h.id), Time: at(h.at), Model: h.model, Truth: truth})
			continue
		}
		if h.id == "" {
			h.id = fmt.Sprint(p, origin.Offset)
		}
		row := int32(len(b.Predictions))
		made := event.Prediction{
			Origin: origin, ID: []byte(h.id), Time: at(h.at), Model: h.model, Version: h.version, LatencyMS: h.x, Error: h.failed,
			Output: event.Output{Class: []byte(h.answer), HasClass: true}, Label: event.Truth{Number: math.NaN()},
		}
		if h.known != "" {
			made.Label = event.Truth{Present: true, Class: []byte(h.known), Number: math.NaN()}
		}
		b.Predictions = append(b.Predictions, made)
		b.Features[columns["x"]] = append(b.Features[columns["x"]], event.Cell{Row: row, Kind: event.Number, Number: h.x})
		b.Features[columns["country"]] = append(b.Features[columns["country"]], event.Cell{Row: row, Kind: event.String, Text: []byte(h.country)})
	}
	r.windows.Meet(&b)
	r.windows.Gather(&b, now)
}

// advance brings windows up to the partitions' clocks.
func (r *rig) advance() []Step {
	p, l := r.marks.Predictions(), r.marks.Labels()
	steps := r.windows.Advance(p, l)
	r.join.Expire(p, l, hour)
	r.steps = append(r.steps, steps...)
	return steps
}

// feed reads a batch and advances.
func (r *rig) feed(p source.Partition, events ...happening) []string {
	r.read(p, events...)
	return brief(r.advance())
}

// to moves the clocks there, whatever the events say.
func (r *rig) to(p, l profile.Instant) []string {
	steps := r.windows.Advance(p, l)
	r.steps = append(r.steps, steps...)
	return brief(steps)
}

// end ends all input.
func (r *rig) end() []string {
	r.marks.End(predictions)
	r.marks.End(labels)
	return brief(r.advance())
}

// brief writes steps as tables do: "drift v1 [2,3) 5 rows judged". Moments are hours.
func brief(steps []Step) []string {
	hours := func(i profile.Instant) string { return fmt.Sprintf("%.4g", float64(i)/float64(hour.Milliseconds())) }
	var lines []string
	for _, s := range steps {
		switch {
		case s.Superseded != nil:
			lines = append(lines, fmt.Sprintf("superseded v%s by v%s %s at %s", s.Superseded.Old, s.Superseded.New, s.Superseded.Phase, hours(s.Superseded.At)))
		case s.Revived != nil:
			lines = append(lines, fmt.Sprintf("revived v%s %s at %s", s.Revived.Version, s.Revived.Phase, hours(s.Revived.At)))
		default:
			lines = append(lines, briefReport(s.Report, hours))
		}
	}
	return lines
}

func briefReport(r *detectors.Report, hours func(profile.Instant) string) string {
	line := fmt.Sprintf("%s v%s [%s,%s) %d", r.Phase, r.Key.Version, hours(r.Key.Start), hours(r.Key.End), r.Samples)
	if r.Key.Segment.Name != "" {
		line = fmt.Sprintf("%s v%s %s=%s [%s,%s) %d", r.Phase, r.Key.Version, r.Key.Segment.Name, r.Key.Segment.Value, hours(r.Key.Start), hours(r.Key.End), r.Samples)
	}
	if r.Phase == detectors.Performance || r.Phase == detectors.Final {
		line += fmt.Sprintf("/%d as of %s", r.Labeled, hours(r.AsOf))
	}
	if r.Phase == detectors.Performance && r.Horizon > 1 {
		line += fmt.Sprintf(" horizon %d", r.Horizon)
	}
	if r.Judged {
		line += " judged"
	}
	if !r.Complete {
		line += " incomplete"
	}
	return line
}

// only keeps the lines of these kinds.
func only(lines []string, kinds ...string) []string {
	return slices.DeleteFunc(slices.Clone(lines), func(line string) bool {
		return !slices.ContainsFunc(kinds, func(kind string) bool { return strings.HasPrefix(line, kind) })
	})
}

func expect(tb failer, got []string, want ...string) {
	tb.Helper()
	if !slices.Equal(got, want) {
		tb.Errorf("got\n\t%s\nwant\n\t%s", strings.Join(got, "\n\t"), strings.Join(want, "\n\t"))
	}
}

// settled returns what must not depend on the order of reading: for every series and phase its reports in order, and for
// every clock the turns of the versions.
func settled(tb failer, steps []Step) map[string][]string {
	tb.Helper()
	byStream := map[string][]string{}
	for _, s := range steps {
		switch {
		case s.Superseded != nil:
			stream := fmt.Sprint("turns ", s.Superseded.Model, s.Superseded.Phase)
			byStream[stream] = append(byStream[stream], fmt.Sprint(*s.Superseded))
		case s.Revived != nil:
			stream := fmt.Sprint("turns ", s.Revived.Model, s.Revived.Phase)
			byStream[stream] = append(byStream[stream], fmt.Sprint(*s.Revived))
		case s.Report.Phase != detectors.Closed:
			k := s.Report.Key
			stream := fmt.Sprint(k.Model, s.Report.Phase, s.Report.Horizon, k.Version, k.Segment, k.Window)
			text, err := json.Marshal(s.Report)
			if err != nil {
				tb.Fatal(err)
			}
			byStream[stream] = append(byStream[stream], string(text))
		}
	}
	return byStream
}
