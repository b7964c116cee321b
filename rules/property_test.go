package rules

import (
	"bytes"
	"fmt"
	"reflect"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/anchorwatch/anchorwatch/detectors"
	"github.com/anchorwatch/anchorwatch/detectors/profile"
)

func propertyRules() []Rule {
	return []Rule{
		{Name: "drift", Measure: "psi", Above: MustLimit("0.5"), Clear: MustLimit("0.4"), Page: MustLimit("0.8")},
		{Name: "damage", Measure: "accuracy", Below: MustLimit("baseline - 0.2"), ClearFor: new(1), Severity: Page},
	}
}

// step is one thing that can happen to an engine.
type step struct {
	report    *detectors.Report
	supersede [2]string
	advance   profile.Instant
}

func (s step) apply(e *Engine) []Transition {
	switch {
	case s.report != nil:
		return e.Evaluate(*s.report)
	case s.advance != 0:
		return e.Advance(s.advance)
	}
	return e.Supersede(Succession{Model: "m", Old: s.supersede[0], New: s.supersede[1], At: e.clock})
}

// story draws a sequence of windows of some versions, with revisions, gaps, missing verdicts, take-overs and pauses.
func story(t *rapid.T) []step {
	const hour = profile.Instant(3_600_000)
	var steps []step
	end := hour
	for range rapid.IntRange(1, 60).Draw(t, "steps") {
		version := rapid.SampledFrom([]string{"1", "2"}).Draw(t, "version")
		end += hour * profile.Instant(rapid.SampledFrom([]int{0, 1, 1, 1, 1, 5}).Draw(t, "gap"))
		switch rapid.IntRange(0, 12).Draw(t, "kind") {
		case 0:
			steps = append(steps, step{supersede: [2]string{version, rapid.SampledFrom([]string{"1", "2"}).Draw(t, "new")}})
			continue
		case 1:
			steps = append(steps, step{advance: end})
			continue
		}
		report := detectors.Report{
			Key:   profile.Key{Model: "m", Version: version, Window: "1h", Start: end - hour, End: end},
			Phase: detectors.Drift, Judged: true, AsOf: end, Complete: true,
		}
		status := rapid.SampledFrom([]detectors.Status{detectors.OK, detectors.OK, detectors.OK, detectors.Insufficient}).Draw(t, "status")
		value := rapid.Float64Range(0, 1).Draw(t, "value")
		if rapid.Bool().Draw(t, "labels") {
			report.Phase, report.Horizon = detectors.Performance, 1
			report.Measurements = []detectors.Measurement{{Name: "accuracy", Value: value, N: 500, Baseline: new(0.7), Status: status}}
		} else {
			for _, column := range rapid.SliceOfNDistinct(rapid.SampledFrom([]string{"a", "b", "c"}), 0, 3, rapid.ID).Draw(t, "columns") {
				report.Measurements = append(report.Measurements,
					detectors.Measurement{Name: "psi", Column: column, Value: value, N: 500, Status: status})
			}
		}
		steps = append(steps, step{report: &report})
	}
	return steps
}

func encoded(t interface {
	Helper()
	Fatal(args ...any)
}, e *Engine,
) []byte {
	t.Helper()
	data, err := e.Encode()
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// A run that is saved and restored after every step equals an undisturbed one, to the byte.
func TestReplayIdentity(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		steps := story(rt)
		straight, broken := compiledEngine(t, propertyRules()...), compiledEngine(t, propertyRules()...)
		for i, s := range steps {
			want, got := s.apply(straight), s.apply(broken)
			if !reflect.DeepEqual(got, want) {
				rt.Fatalf("step %d: got %+v\nwant %+v", i, got, want)
			}
			saved := encoded(rt, straight)
			if !bytes.Equal(encoded(rt, broken), saved) {
				rt.Fatalf("step %d: states differ", i)
			}
			broken = compiledEngine(t, propertyRules()...)
			if dropped, err := broken.Restore(saved); err != nil || len(dropped) > 0 {
				rt.Fatalf("restore: %v %v", dropped, err)
			}
			if !bytes.Equal(encoded(rt, broken), saved) {
				rt.Fatalf("step %d: not the same after a round trip", i)
			}
		}
	})
}

// Repeating any report, with any value, changes nothing: revisions cannot fire a rule.
func TestRevisionsNeverMakeTransitions(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		e := compiledEngine(t, propertyRules()...)
		for _, s := range story(rt) {
			s.apply(e)
			if s.report == nil {
				continue
			}
			before := encoded(rt, e)
			again := *s.report
			again.Revision++
			again.Measurements = slices.Clone(again.Measurements)
			for i := range again.Measurements {
				again.Measurements[i].Value = rapid.Float64Range(0, 1).Draw(rt, "revised")
			}
			if got := e.Evaluate(again); len(got) > 0 || !bytes.Equal(encoded(rt, e), before) {
				rt.Fatalf("a revision made %+v", got)
			}
		}
	})
}

// Fire and the kinds that end it alternate for every subject, whatever its version; states and transitions agree.
func TestEveryFireEndsOnce(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		e, firing := compiledEngine(t, propertyRules()...), make(map[Subject]bool)
		for i, s := range story(rt) {
			for _, tr := range s.apply(e) {
				was := firing[tr.Subject]
				switch tr.Kind {
				case Fire:
					if was {
						rt.Fatalf("step %d: fires twice: %+v", i, tr)
					}
					firing[tr.Subject] = true
				case Worse:
					if !was {
						rt.Fatalf("step %d: worse without fire: %+v", i, tr)
					}
				case Supersede:
					if !was {
						rt.Fatalf("step %d: superseded without fire: %+v", i, tr)
					}
					delete(firing, tr.Subject)
				case Resolve, Stale: // of its own, or of a predecessor that waited
					delete(firing, tr.Subject)
				}
			}
			var shown int
			for _, status := range e.States() {
				if status.State == Firing {
					shown++
					if !firing[status.Subject] {
						rt.Fatalf("step %d: %+v is firing without a Fire", i, status.Subject)
					}
				}
			}
			if shown != len(firing) {
				rt.Fatalf("step %d: %d subjects firing, %d told", i, shown, len(firing))
			}
		}
	})
}

// Windows without a verdict, put anywhere but for so long that state becomes stale, change no transition.
func TestInsufficientWindowsAreNeutral(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		values := rapid.SliceOfN(rapid.Float64Range(0, 1), 1, 40).Draw(rt, "values")
		with, without := compiledEngine(t, propertyRules()[0]), compiledEngine(t, propertyRules()[0])
		end := profile.Instant(0)
		for _, value := range values {
			for range rapid.IntRange(0, 1).Draw(rt, "unjudged") {
				end++
				if got := with.Evaluate(psiReport(end, value, detectors.Insufficient)); len(got) > 0 {
					rt.Fatalf("a window without a verdict made %+v", got)
				}
			}
			end++
			got := with.Evaluate(psiReport(end, value, detectors.OK))
			want := without.Evaluate(psiReport(end, value, detectors.OK))
			if !reflect.DeepEqual(got, want) {
				rt.Fatalf("got %+v, want %+v", got, want)
			}
		}
	})
}

func psiReport(end profile.Instant, value float64, status detectors.Status, columns ...string) detectors.Report {
	r := detectors.Report{
		Key:   profile.Key{Model: "m", Start: end - 1, End: end},
		Phase: detectors.Drift, Judged: true, AsOf: end, Complete: true,
	}
	if len(columns) == 0 {
		columns = []string{"x"}
	}
	for _, c := range columns {
		r.Measurements = append(r.Measurements, detectors.Measurement{Name: "psi", Column: c, Value: value, N: 500, Status: status})
	}
	return r
}

// Other subjects, and the order in which a report names them, change nothing for a subject.
func TestSubjectsAreIndependent(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		alone, crowd := compiledEngine(t, propertyRules()[0]), compiledEngine(t, propertyRules()[0])
		for end := range profile.Instant(30) {
			value := rapid.Float64Range(0, 1).Draw(rt, "value")
			want := alone.Evaluate(psiReport(end+1, value, detectors.OK))
			report := psiReport(end+1, value, detectors.OK)
			for i := range rapid.IntRange(0, 4).Draw(rt, "others") {
				other := report.Measurements[0]
				other.Column, other.Value = fmt.Sprint("other", i), rapid.Float64Range(0, 1).Draw(rt, "other")
				report.Measurements = append(report.Measurements, other)
			}
			report.Measurements = rapid.Permutation(report.Measurements).Draw(rt, "order")
			got := slices.DeleteFunc(crowd.Evaluate(report), func(tr Transition) bool { return tr.Column != "x" })
			if len(got) != len(want) || len(got) > 0 && !reflect.DeepEqual(got, want) {
				rt.Fatalf("got %+v, want %+v", got, want)
			}
		}
	})
}
