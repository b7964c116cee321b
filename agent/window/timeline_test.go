package window

import (
	"slices"
	"testing"
	"time"

	"github.com/anchorwatch/anchorwatch/agent/event"
	"github.com/anchorwatch/anchorwatch/agent/source"
	"github.com/anchorwatch/anchorwatch/detectors"
	"github.com/anchorwatch/anchorwatch/detectors/performance"
	"github.com/anchorwatch/anchorwatch/detectors/profile"
)

// The life of one window: closed at its end, its distributions judged half an hour later, performance when both clocks
// have come to the end and the wait, final when labels are given up.
func TestOneWindow(t *testing.T) {
	m := hourly()
	m.Horizons = []Horizon{waiting(2*hour, 1, 0.5)}
	r := newRig(t, m)
	r.feed(predictions, prediction(0.2).named("a"), prediction(0.4).named("b"))
	expect(t, r.feed(labels, labelOf("a", 0.9, "up")))
	expect(t, r.to(at(1)-1, profile.Dusk))
	expect(t, r.to(at(1), at(0.9)), "closed v1 [0,1) 2")
	expect(t, r.to(at(1.5)-1, at(0.9)))
	expect(t, r.to(at(1.5), at(0.9)), "drift v1 [0,1) 2 judged")
	expect(t, only(r.to(at(4), at(3)-1), "performance"))
	expect(t, r.to(at(4), at(3)), "performance v1 [0,1) 2/1 as of 3 judged")
	expect(t, only(r.to(at(12), at(11.5)-1), "final"))
	expect(t, only(r.to(at(12), at(11.5)), "final v1 [0,1)"), "final v1 [0,1) 2/1 as of 1")
}

// Distributions do not wait for labels.
func TestDriftClosesOnPredictionsAlone(t *testing.T) {
	r := newRig(t, hourly())
	r.feed(predictions, prediction(0.2))
	expect(t, r.to(at(1.5), profile.Dawn), "closed v1 [0,1) 1", "drift v1 [0,1) 1 judged")
}

func TestLateness(t *testing.T) {
	r := newRig(t, hourly())
	r.feed(predictions, prediction(0.9), prediction(1.1))
	expect(t, brief(r.steps), "closed v1 [0,1) 1")
	r.feed(predictions, prediction(0.5)) // late, but allowed
	r.feed(predictions, prediction(1.5).of("1"))
	expect(t, only(brief(r.steps), "drift"), "drift v1 [0,1) 2 judged")
	r.feed(predictions, prediction(0.6)) // at exactly the bound
	if c := r.windows.Counts(""); c.Late != 1 || c.TooLate != 1 {
		t.Errorf("%d late, %d too late; want one of each", c.Late, c.TooLate)
	}
	expect(t, only(r.end(), "final v1 [0"), "final v1 [0,1) 2/0 as of 1")
}

// An event may be too late for a short window and in time for a long one.
func TestLatenessBySpec(t *testing.T) {
	m := hourly()
	m.Specs = append(m.Specs, Spec{Name: "3h", Size: 3 * hour, Slide: 3 * hour})
	r := newRig(t, m)
	r.feed(predictions, prediction(0.9), prediction(2), prediction(0.5))
	if c := r.windows.Counts(""); c.Late != 0 || c.TooLate != 0 {
		t.Errorf("%d late, %d too late", c.Late, c.TooLate)
	}
	r.end()
	final := only(brief(r.steps), "final")
	expect(t, final[:1], "final v1 [0,1) 1/0 as of 1")
	if !slices.Contains(final, "final v1 [0,3) 3/0 as of 3") {
		t.Errorf("got %q", final)
	}
}

func TestSlidingWindows(t *testing.T) {
	m := hourly()
	m.Specs = []Spec{{Name: "2h", Size: 2 * hour, Slide: hour}}
	r := newRig(t, m)
	r.feed(predictions, prediction(0.5), prediction(1.5), prediction(1.6), prediction(2.5), prediction(10))
	expect(t, only(brief(r.steps), "drift")[:4],
		"drift v1 [-1,1) 1 judged", "drift v1 [0,2) 3 judged", "drift v1 [1,3) 3 judged", "drift v1 [2,4) 1 judged")
}

// A sliding window measures the same as a tumbling one over the same rows.
func TestPanesAddUp(t *testing.T) {
	m := hourly()
	m.Specs = []Spec{{Name: "w", Size: 4 * hour, Slide: 4 * hour}}
	m.Horizons = []Horizon{waiting(0, 1, 0)}
	finals := func(slide time.Duration) (found []detectors.Measurement) {
		m.Specs[0].Slide = slide
		r := newRig(t, m)
		for i := range 100 {
			p := prediction(float64(i)/25 + 0.001)
			p.x, p.country, p.known = float64(i*37%120)/100, []string{"DE", "FR", "IT"}[i%3], []string{"up", "down"}[i%2]
			r.feed(predictions, p)
		}
		r.end()
		for _, s := range r.steps {
			if s.Report != nil && s.Report.Phase == detectors.Final && s.Report.Key.Start == 0 {
				found = s.Report.Measurements
			}
		}
		return found
	}
	whole := finals(4 * hour)
	if len(whole) < 15 {
		t.Fatalf("only %d measurements", len(whole))
	}
	for _, slide := range []time.Duration{2 * hour, hour, 15 * time.Minute} {
		sum := finals(slide)
		for i := range whole {
			got, want := sum[i], whole[i]
			if got.Name != want.Name || got.Column != want.Column || got.Value != want.Value || got.N != want.N || got.Status != want.Status {
				t.Errorf("slide %v: %+v, want %+v", slide, got, want)
			}
		}
	}
}

// Labels are uploaded at once; what was known by the judgement's moment counts, whatever was read since.
func TestAsOf(t *testing.T) {
	m := hourly()
	m.Horizons = []Horizon{waiting(hour, 1, 0)}
	r := newRig(t, m)
	r.feed(predictions, prediction(0.1).named("a"), prediction(0.2).named("b"), prediction(0.3).named("c"))
	r.feed(labels, labelOf("a", 1.5, "up"), labelOf("b", 2, "up"), labelOf("c", 3, "down"))
	got := r.to(at(4), at(4))
	expect(t, only(got, "performance v1 [0"), "performance v1 [0,1) 3/1 as of 2 judged")
	expect(t, only(r.end(), "final v1 [0"), "final v1 [0,1) 3/3 as of 4")
}

// A label counts as known when its partition's watermark says so, if that is later than its timestamp.
func TestBackdatedLabels(t *testing.T) {
	m := hourly()
	m.Horizons = []Horizon{waiting(0, 2, 0)}
	r := newRig(t, m)
	r.feed(predictions, prediction(0.1).named("a"), prediction(0.2).named("b"))
	r.feed(labels, labelOf("a", 0.5, "up"), labelOf("nobody's", 3.5, "up"), labelOf("b", 0.5, "up"))
	expect(t, only(r.to(at(6), at(6)), "performance v1 [0"), "performance v1 [0,1) 2/2 as of 4 judged")
}

func TestInsufficient(t *testing.T) {
	for _, tt := range []struct {
		name    string
		horizon Horizon
		labels  []happening
		p, l    profile.Instant
		want    string
	}{
		{"fewer predictions than samples: at once", waiting(hour, 4, 0), nil, at(2), at(2), "performance v1 [0,1) 3/0 as of 2"},
		{"too few labels: when they are given up", waiting(hour, 2, 0), []happening{labelOf("a", 3.5, "up")}, at(11), at(11), "performance v1 [0,1) 3/1 as of 4"},
		{"not before", waiting(hour, 2, 0), []happening{labelOf("a", 3.5, "up")}, at(20), at(11) - 1, ""},
		{"too little coverage", waiting(0, 1, 0.5), []happening{labelOf("a", 3.5, "up")}, at(11), at(11), "performance v1 [0,1) 3/1 as of 4"},
		{"a label that comes after them all", waiting(0, 1, 0), []happening{labelOf("a", 11, "up")}, at(12), at(12), "performance v1 [0,1) 3/0 as of 1"},
		{"labels stand still: when they lag by the delay", waiting(0, 1, 0), nil, at(11), at(0.5), "performance v1 [0,1) 3/0 as of 1"},
		{"not before", waiting(0, 1, 0), nil, at(11) - 1, at(0.5), ""},
		{"they move: not while the lag is shorter", waiting(0, 1, 0), nil, at(12.9), at(2.5), ""},
		{"predictions have ended, labels have not", waiting(0, 1, 0), nil, profile.Dusk, at(0.5), ""},
		{"none asked for: a judgement of coverage", waiting(hour, 0, 0), nil, at(2), at(2), "performance v1 [0,1) 3/0 as of 2 judged"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			m := hourly()
			m.Horizons = []Horizon{tt.horizon}
			r := newRig(t, m)
			r.feed(predictions, prediction(0.1).named("a"), prediction(0.2).named("b"), prediction(0.3).named("c"))
			r.read(labels, tt.labels...)
			got := only(r.to(tt.p, tt.l), "performance v1 [0")
			if tt.want == "" {
				expect(t, got)
				return
			}
			expect(t, got, tt.want)
		})
	}
}

// What rests on too few labels says so; the coverage itself is known.
func TestInsufficientMeasurements(t *testing.T) {
	m := hourly()
	m.Horizons = []Horizon{waiting(0, 2, 0)}
	r := newRig(t, m)
	r.feed(predictions, prediction(0.1).labeled())
	r.to(at(12), profile.Dusk)
	i := slices.IndexFunc(r.steps, func(s Step) bool { return s.Report.Phase == detectors.Performance })
	if i < 0 || len(r.steps[i].Report.Measurements) < 3 {
		t.Fatalf("%q", brief(r.steps))
	}
	for _, m := range r.steps[i].Report.Measurements {
		if (m.Status == detectors.OK) != (m.Name == "label_coverage") {
			t.Errorf("%s is %s", m.Name, m.Status)
		}
	}
}

// Without a wait the p90 of the delays known by the window's end is waited for.
func TestUsualWait(t *testing.T) {
	m := hourly()
	m.Horizons = []Horizon{{MinSamples: 1}}
	r := newRig(t, m)
	r.feed(predictions, prediction(0.1).named("a"), prediction(1.1).named("b"), prediction(2.1).named("c"), prediction(9))
	r.feed(labels, labelOf("a", 2.2, "up")) // no delay is known at the end of the first window: at 3 one is, of 2.1 hours
	expect(t, only(r.to(at(9), at(3)-1), "performance"))
	expect(t, only(r.to(at(9), at(4)-1), "performance"))
	r.feed(labels, labelOf("b", 3.5, "up"), labelOf("c", 4.5, "up"), labelOf("nobody's", 9, "up"))
	expect(t, only(brief(r.steps), "performance v1 [0", "performance v1 [1", "performance v1 [2"),
		"performance v1 [0,1) 1/1 as of 4 judged", // 1 + 2.1, on a step boundary
		"performance v1 [1,2) 1/1 as of 5 judged", // 2 + 2.1; its label was known at 4
		"performance v1 [2,3) 1/1 as of 6 judged", // 3 + 2.1
	)
}

// From the fifth window on, four fifths of the usual coverage are enough.
func TestUsualCoverage(t *testing.T) {
	zero := time.Duration(0)
	m := hourly()
	m.Horizons = []Horizon{{Wait: &zero, MinSamples: 1}}
	r := newRig(t, m)
	labeled := []int{5, 5, 1, 5, 4, 3} // of five: the third is still judged, the sixth is not
	for hour, n := range labeled {
		for i := range 5 {
			p := prediction(float64(hour) + float64(i)/10)
			if i < n {
				p.known = "up"
			}
			r.feed(predictions, p)
		}
	}
	expect(t, only(r.to(at(15), profile.Dusk), "performance"),
		"performance v1 [0,1) 5/5 as of 1 judged", "performance v1 [1,2) 5/5 as of 2 judged", "performance v1 [2,3) 5/1 as of 3 judged",
		"performance v1 [3,4) 5/5 as of 4 judged", "performance v1 [4,5) 5/4 as of 5 judged")
}

// A horizon's windows are judged in order: a streak waits for a window until it is judged or insufficient.
func TestJudgementsComeInOrder(t *testing.T) {
	m := hourly()
	m.Horizons = []Horizon{waiting(0, 1, 0), waiting(0, 1, 1)}
	r := newRig(t, m)
	r.feed(predictions, prediction(0.1).named("a"), prediction(1.1).labeled())
	expect(t, only(r.to(at(10.9), at(10.9)), "performance v1 [0", "performance v1 [1"))
	got := only(r.to(at(11.1), at(11.1)), "performance v1 [0", "performance v1 [1")
	expect(t, got,
		"performance v1 [0,1) 1/0 as of 1", "performance v1 [1,2) 1/1 as of 2 judged",
		"performance v1 [0,1) 1/0 as of 1 horizon 2", "performance v1 [1,2) 1/1 as of 2 horizon 2 judged")
}

// However far the clocks move at once, the steps are the same.
func TestStepsDoNotDependOnTheStride(t *testing.T) {
	m := hourly()
	m.Horizons = []Horizon{waiting(hour, 1, 0), {MinSamples: 1}}
	m.Segments = []SegmentSpec{{Name: "country"}}
	m.Specs = append(m.Specs, Spec{Name: "2h", Size: 2 * hour, Slide: hour})
	run := func(stride float64) []string {
		r := newRig(t, m)
		r.read(predictions, prediction(0.1).named("a"), prediction(1.2).named("b").of("2"), prediction(4.5).of("2"), prediction(7.1).named("c"))
		r.read(labels, labelOf("a", 2.5, "up"), labelOf("b", 2.7, "down"), labelOf("c", 9, "up"))
		for hours := 0.0; hours <= 28; hours += stride {
			r.to(at(hours), at(hours))
		}
		r.end()
		return brief(r.steps)
	}
	small := run(0.25)
	if len(small) < 100 {
		t.Fatalf("only %d steps", len(small))
	}
	for _, stride := range []float64{1, 7, 28} {
		expect(t, run(stride), small...)
	}
}

func TestGaps(t *testing.T) {
	year1 := profile.InstantOf(time.Date(1, 1, 1, 0, 0, 0, 0, time.UTC))
	r := newRig(t, hourly())
	r.read(predictions, prediction(float64(year1)/float64(hour.Milliseconds())))
	r.read(predictions, prediction(490_000), prediction(490_001.5), prediction(490_003))
	steps := only(brief(r.advance()), "closed")
	if len(steps) != 1+maxGap+3 {
		t.Errorf("%d windows, want one, %d empty ones, and three after the gap", len(steps), maxGap)
	}
	expect(t, steps[len(steps)-3:], "closed v1 [4.9e+05,4.9e+05) 1", "closed v1 [4.9e+05,4.9e+05) 1", "closed v1 [4.9e+05,4.9e+05) 0")
}

// A gap is left after the same number of windows, whether the clock creeps or jumps.
func TestGapsDoNotDependOnTheStride(t *testing.T) {
	run := func(stride float64) []string {
		r := newRig(t, hourly())
		r.read(predictions, prediction(0.5), prediction(3000.5), prediction(6000.5))
		for hours := 0.0; hours < 7500; hours += stride {
			r.to(at(hours), at(hours))
		}
		return only(brief(r.steps), "closed", "drift", "final")
	}
	creeping := run(0.5)
	if n := len(only(creeping, "closed")); n != 3*(maxGap+1) {
		t.Errorf("%d windows, want three and %d after each", n, maxGap)
	}
	expect(t, run(7499), creeping...)
}

// At the end of the input silence is reported as far as any partition's events have come, and no further.
func TestSilenceAtTheEnd(t *testing.T) {
	r := newRig(t, hourly())
	r.read(predictions, prediction(0.5).of("1"), prediction(0.6).of("2"), prediction(3.5).of("2"))
	expect(t, only(r.end(), "closed", "superseded"),
		"closed v1 [0,1) 1", "closed v2 [0,1) 1", "closed v1 [1,2) 0", "closed v2 [1,2) 0",
		"closed v1 [2,3) 0", "closed v2 [2,3) 0", "closed v2 [3,4) 1")
}

func TestVersions(t *testing.T) {
	m := hourly()
	m.Horizons = []Horizon{waiting(0, 1, 0)}
	r := newRig(t, m)
	r.read(predictions, prediction(0.5).labeled(), prediction(1.5).of("2").labeled(), prediction(5).of("2"))
	// Decided at the silent window's end, before any judgement of it; on the labels' clock when that has come there.
	expect(t, r.to(at(2), at(1.9)),
		"closed v1 [0,1) 1", "drift v1 [0,1) 1 judged", "performance v1 [0,1) 1/1 as of 1 judged",
		"superseded v1 by v2 drift at 2", "closed v1 [1,2) 0", "closed v2 [1,2) 1")
	expect(t, r.to(at(2.1), at(2)), "superseded v1 by v2 performance at 2")
	expect(t, r.to(at(2.5), at(2.5)),
		"drift v1 [1,2) 0", "drift v2 [1,2) 1 judged", "performance v1 [1,2) 0/0 as of 2", "performance v2 [1,2) 1/1 as of 2 judged")
	// From then on its silence is not reported.
	expect(t, only(r.to(at(4), at(4)), "closed"), "closed v2 [2,3) 0", "closed v2 [3,4) 0")
	// It answers again while the other is silent: it is the newest now.
	r.read(predictions, prediction(6.5).of("1"), prediction(7.1).of("1"), prediction(9).of("1"))
	expect(t, only(r.to(at(9), at(6.9)), "revived", "superseded"), "revived v1 drift at 7", "superseded v2 by v1 drift at 7")
	expect(t, only(r.to(at(9), at(9)), "revived", "superseded"), "revived v1 performance at 7", "superseded v2 by v1 performance at 7")
}

// Two versions alive at once supersede nobody.
func TestCanary(t *testing.T) {
	r := newRig(t, hourly())
	for hours := range 6 {
		r.feed(predictions, prediction(float64(hours)+0.1).of("1"), prediction(float64(hours)+0.2).of("2"))
	}
	expect(t, only(brief(r.steps), "superseded"))
	r.feed(predictions, prediction(6.5).of("1"), prediction(7.5).of("1")) // the canary is withdrawn: nobody newer answers
	expect(t, only(brief(r.steps), "superseded"))
}

// Late events cannot undo what was decided at the end of a window, nor do they bring a version back.
func TestLateEventsDoNotSpeak(t *testing.T) {
	m := hourly()
	r := newRig(t, m)
	r.feed(predictions, prediction(0.5).of("1"), prediction(1.5).of("2"), prediction(2.1).of("2"))
	expect(t, only(brief(r.steps), "superseded"), "superseded v1 by v2 drift at 2")
	r.feed(predictions, prediction(1.9).of("1"), prediction(2.9).of("2"), prediction(4).of("2"))
	expect(t, only(brief(r.steps), "revived", "drift v1 [1"), "drift v1 [1,2) 1 judged")
}

func TestMaxVersions(t *testing.T) {
	m := hourly()
	m.MaxVersions = 2
	r := newRig(t, m)
	r.feed(predictions, prediction(0.1).of("1"), prediction(0.2).of("2"), prediction(0.3).of("3"), prediction(0.4).of("4"))
	expect(t, r.to(at(1), at(1)), "closed v1 [0,1) 1", "closed v2 [0,1) 1", "closed vother [0,1) 2")
	names := []string{}
	for _, v := range r.windows.Versions() {
		names = append(names, v.Version)
	}
	if !slices.Equal(names, []string{"1", "2", "other"}) {
		t.Errorf("versions %q", names)
	}
	r.feed(predictions, prediction(20).of("2"), prediction(40).of("2")) // 1 falls silent and ends
	r.to(at(40), at(40))
	r.feed(predictions, prediction(40).of("5"), prediction(40).of("6"))
	if m := r.windows.models[0]; m.byName["5"] != 3 || m.byName["6"] != 0 {
		t.Errorf("a version's room is not free although it has ended: %v", m.byName)
	}
}

// Without a baseline windows are counted, and nothing else.
func TestNoBaseline(t *testing.T) {
	told := ""
	m := hourly()
	m.Horizons = []Horizon{waiting(0, 1, 0)}
	r := newRig(t, m)
	r.options.NoBaseline = func(model, version string, err error) { told = model + " " + version + ": " + err.Error() }
	r.begin()
	r.feed(predictions, prediction(0.5).of("bare").labeled())
	expect(t, r.to(at(11), profile.Dusk)[:2], "closed vbare [0,1) 1", "drift vbare [0,1) 1")
	expect(t, only(brief(r.steps), "performance vbare [0"), "performance vbare [0,1) 1/0 as of 1")
	if told != "m bare: none" {
		t.Errorf("told %q", told)
	}
	for _, m := range r.steps[1].Report.Measurements {
		if m.Column != "" {
			t.Errorf("%s of %s, compared with nothing", m.Name, m.Column)
		}
	}
	if v := r.windows.Versions()[0]; v.Task != "" || v.BaselineRows != 0 || r.windows.BaselineID("m", "bare") != "" {
		t.Errorf("%+v", v)
	}
}

// A configured schema scores a version without a baseline.
func TestConfiguredSchema(t *testing.T) {
	m := hourly()
	m.Horizons = []Horizon{waiting(0, 1, 0)}
	m.Schema = &performance.Schema{Task: performance.Multiclass, Classes: []string{"down", "up"}}
	r := newRig(t, m)
	r.feed(predictions, prediction(0.5).of("bare").labeled())
	expect(t, only(r.to(at(2), profile.Dusk), "performance vbare [0"), "performance vbare [0,1) 1/1 as of 1 judged")
}

// A baseline may bring features that the decoder did not know.
func TestMeet(t *testing.T) {
	r := newRig(t, hourly())
	b := event.Batch{Predictions: []event.Prediction{{Version: "1", Time: at(3)}, {Version: "1", Time: at(2)}, {Version: "bare", Time: at(4)}}}
	met, grown := r.windows.Meet(&b)
	want := []Met{{Model: 0, Name: "1", At: at(3)}, {Model: 0, Name: "bare", At: at(4)}}
	if !slices.Equal(met, want) || !grown {
		t.Errorf("met %v, grown %t", met, grown)
	}
	if met, grown = r.windows.Meet(&b); len(met) > 0 || grown {
		t.Errorf("the second time: met %v, grown %t", met, grown)
	}
}

func TestSegments(t *testing.T) {
	for _, tt := range []struct {
		name string
		spec SegmentSpec
		want []string
	}{
		{"values from the baseline", SegmentSpec{Name: "country", Max: 20}, []string{"DE 1", "FR 1", "other 2"}},
		{"values from the configuration", SegmentSpec{Name: "country", Values: []string{"IT", "other", "IT"}}, []string{"IT 1", "other 3"}},
		{"no more than allowed", SegmentSpec{Name: "country", Max: 1}, []string{"DE 1", "other 3"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			m := hourly()
			m.Segments = []SegmentSpec{tt.spec}
			r := newRig(t, m)
			for i, country := range []string{"DE", "FR", "IT", "AT"} {
				p := prediction(float64(i) / 10)
				p.country = country
				r.read(predictions, p)
			}
			r.advance()
			var got []string
			for _, s := range r.windows.Advance(at(1.5), at(1.5)) {
				k := s.Report.Key.Segment
				if s.Report.Phase == detectors.Drift && k.Name != "" {
					got = append(got, k.Value+" "+string(rune('0'+s.Report.Samples)))
					if s.Report.Find("psi", "x", "") != nil {
						t.Errorf("%s is compared with a baseline of the whole model", k.Value)
					}
				}
			}
			slices.Sort(got)
			expect(t, got, tt.want...)
		})
	}
}

func TestFutureAndRefused(t *testing.T) {
	r := newRig(t, hourly())
	late := float64(profile.InstantOf(now))/float64(hour.Milliseconds()) + 1
	r.read(predictions, prediction(late))
	r.read(predictions, prediction(5), prediction(late), labelOf("a", late, "up"))
	if c := r.windows.Counts(""); c.Refused != 1 || c.Future != 2 {
		t.Errorf("%d refused, %d from the future; want 1, 2", c.Refused, c.Future)
	}
	expect(t, r.to(at(6), profile.Dawn), "closed v1 [5,6) 2")
}

func TestDuplicatesAndErrors(t *testing.T) {
	failed := prediction(0.3)
	failed.failed = true
	r := newRig(t, hourly())
	r.feed(predictions, prediction(0.1).named("a"), prediction(0.2).named("a"), prediction(0.2).named("a").of("2"), failed)
	r.feed(labels, labelOf("a", 0.5, "up"), labelOf("a", 0.6, "down"), labelOf("b", 0.6, "down"), labelOf("a", 0.7, ""))
	if c := r.windows.Counts(""); c.Duplicates != 1 || c.Labels[0] != 1 || c.Labels[1] != 1 || c.Labels[3] != 1 || c.Labels[5] != 1 {
		t.Errorf("%+v", c)
	}
	want := Flow{Predictions: 2, Errors: 1, Labeled: 1, Correct: 1}
	if got := r.windows.Versions()[0].Flow; got != want {
		t.Errorf("%+v, want %+v", got, want)
	}
}

func TestIncomplete(t *testing.T) {
	m := hourly()
	m.Horizons = []Horizon{waiting(0, 1, 0)}
	r := newRig(t, m)
	r.feed(predictions, prediction(0.5).labeled())
	r.windows.MarkIncomplete()
	r.feed(predictions, prediction(1.5).labeled())
	got := r.to(at(3), profile.Dusk)
	expect(t, only(got, "performance v1 [0", "performance v1 [1"),
		"performance v1 [0,1) 1/1 as of 1 judged incomplete", "performance v1 [1,2) 1/1 as of 2 judged")
}

func TestOpen(t *testing.T) {
	r := newRig(t, hourly())
	r.feed(predictions, prediction(0.5).labeled(), prediction(1.6).labeled())
	var steps []Step
	for _, report := range r.windows.Open() {
		steps = append(steps, Step{Report: &report})
	}
	expect(t, brief(steps), "open v1 [1,2) 1")
	if steps[0].Report.Find("accuracy", "", "") == nil || steps[0].Report.Find("psi", "x", "") == nil {
		t.Errorf("%+v", steps[0].Report)
	}
	// Looking changes nothing.
	before := r.windows.AppendBinary(nil)
	r.windows.Open()
	if !slices.Equal(before, r.windows.AppendBinary(nil)) {
		t.Error("the state is another after Open")
	}
}

// A pane of a topic that a slow partition holds back closes when it speaks, and its late events are judged by itself.
func TestSlowPartition(t *testing.T) {
	slow := source.Partition{Topic: "predictions", Number: 1}
	r := newRig(t, hourly())
	r.marks.Track(slow, event.Predictions)
	r.feed(slow, prediction(0.1))
	expect(t, r.feed(predictions, prediction(0.2), prediction(9)))
	expect(t, only(r.feed(slow, prediction(0.3), prediction(1.7)), "drift"), "drift v1 [0,1) 3 judged")
	if r.windows.Counts("").Late+r.windows.Counts("").TooLate != 0 {
		t.Errorf("%+v", r.windows.Counts(""))
	}
}

// A window that the wall clock closed stays judged: what its partition brings after that comes too late.
func TestNothingEntersAJudgedWindow(t *testing.T) {
	r := newRig(t, hourly())
	r.feed(predictions, prediction(0.5))
	r.marks.CaughtUp(predictions, now.Add(2*hour))
	expect(t, only(brief(r.advance()), "drift"), "drift v1 [0,1) 1 judged", "drift v1 [1,2) 0")
	r.feed(predictions, prediction(0.7), prediction(1.2), prediction(2.1))
	if c := r.windows.Counts(""); c.TooLate != 2 {
		t.Errorf("%d too late, want 2", c.TooLate)
	}
	expect(t, only(r.end(), "final"), "final v1 [0,1) 1/0 as of 1", "final v1 [1,2) 0/0 as of 2", "final v1 [2,3) 1/0 as of 3")
}

// A version that came back does not report the silence before, even if a late event opens a window there.
func TestSilenceBeforeARevival(t *testing.T) {
	r := newRigAt(t, Clock{AllowedLateness: 150 * time.Minute, FutureSkew: time.Minute}, hourly())
	r.feed(predictions, prediction(0.5), prediction(1.5).of("2"), prediction(2.5).of("2"), prediction(4.5), prediction(5.1))
	r.feed(predictions, prediction(2.2))
	r.to(at(20), at(20))
	expect(t, only(brief(r.steps), "drift v1")[:4],
		"drift v1 [0,1) 1 judged", "drift v1 [1,2) 0", "drift v1 [2,3) 1 judged", "drift v1 [4,5) 1 judged")
}

// The usual delay waits for late predictions whose labels are there already.
func TestUsualWaitCountsLatePredictions(t *testing.T) {
	m := hourly()
	m.Horizons = []Horizon{{MinSamples: 1}}
	r := newRig(t, m)
	r.feed(predictions, prediction(0.1).named("a"))
	r.feed(labels, labelOf("late", 3.2, "up"), labelOf("a", 3.3, "up"), labelOf("nobody's", 9, "up"))
	r.feed(predictions, prediction(4.2))
	r.feed(predictions, prediction(3.3).named("late"))
	r.feed(predictions, prediction(9))
	// At 4 the delays are 3.2 hours and none: nine tenths between them are 2.88, rounded up 3.
	expect(t, only(brief(r.steps), "performance v1 [0"), "performance v1 [0,1) 1/1 as of 4 judged")
}
