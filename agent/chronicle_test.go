package agent

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"sync"
	"testing"

	"github.com/anchorwatch/anchorwatch/alerts/retrain"
	"github.com/anchorwatch/anchorwatch/detectors"
	"github.com/anchorwatch/anchorwatch/detectors/profile"
	"github.com/anchorwatch/anchorwatch/rules"
)

// chronicle is what one or more runs told: of each window every phase, and all transitions, each once. A run that goes
// on after a crash tells some of it again: it must say the same.
type chronicle struct {
	mu          sync.Mutex
	reports     map[chapter]detectors.Report
	transitions map[string]rules.Transition
	// contradictions are what was told twice, and differently.
	contradictions []string
}

// chapter is one phase of one window. Which labels were there when a window closed is a matter of who was read first;
// everything after that is settled.
type chapter struct {
	key     profile.Key
	phase   detectors.Phase
	horizon int
}

func newChronicle() *chronicle {
	return &chronicle{reports: map[chapter]detectors.Report{}, transitions: map[string]rules.Transition{}}
}

// each is for Options.Each and Backtest.Each.
func (c *chronicle) each(f Finding, _ []retrain.Event) { c.take(f.Reports, f.Transitions) }

func (c *chronicle) take(reports []detectors.Report, transitions []rules.Transition) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, r := range reports {
		at := chapter{r.Key, r.Phase, r.Horizon}
		if old, ok := c.reports[at]; ok && r.Phase != detectors.Closed && told(old) != told(r) {
			c.contradictions = append(c.contradictions, fmt.Sprintf("first\n%s, then\n%s", told(old), told(r)))
		}
		c.reports[at] = r
	}
	for _, t := range transitions {
		c.transitions[told(t)] = t
	}
}

// told is a report or a transition as text.
func told(v any) string {
	b, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return string(b)
}

// until forgets what is about windows that end later.
func (c *chronicle) until(end profile.Instant) *chronicle {
	c.mu.Lock()
	defer c.mu.Unlock()
	kept := newChronicle()
	kept.contradictions = c.contradictions
	maps.Copy(kept.reports, c.reports)
	maps.Copy(kept.transitions, c.transitions)
	maps.DeleteFunc(kept.reports, func(at chapter, _ detectors.Report) bool { return at.key.End > end })
	maps.DeleteFunc(kept.transitions, func(_ string, t rules.Transition) bool { return t.WindowEnd > end })
	return kept
}

// final returns the last word on a window, false if there was none.
func (c *chronicle) final(h hour) (detectors.Report, bool) {
	key := profile.Key{Model: "credit", Version: h.version, Window: "1h", Start: h.start, End: h.start.Add(3600e9)}
	r, ok := c.reports[chapter{key, detectors.Final, 0}]
	return r, ok
}

// equals fails the test where got does not tell the story of want.
func (c *chronicle) equals(t *testing.T, want *chronicle) {
	t.Helper()
	wrong := append([]string(nil), c.contradictions...)
	for _, at := range slices.SortedFunc(maps.Keys(want.reports), byTime) {
		got, ok := c.reports[at]
		switch {
		case !ok:
			wrong = append(wrong, fmt.Sprintf("%+v is missing", at))
		case at.phase != detectors.Closed && told(got) != told(want.reports[at]):
			wrong = append(wrong, fmt.Sprintf("got\n%s, want\n%s", told(got), told(want.reports[at])))
		}
	}
	for at := range c.reports {
		if _, ok := want.reports[at]; !ok {
			wrong = append(wrong, fmt.Sprintf("%+v is too much", at))
		}
	}
	for transition := range want.transitions {
		if _, ok := c.transitions[transition]; !ok {
			wrong = append(wrong, "missing transition "+transition)
		}
	}
	for transition := range c.transitions {
		if _, ok := want.transitions[transition]; !ok {
			wrong = append(wrong, "invented transition "+transition)
		}
	}
	for i, text := range wrong {
		if i == 5 {
			t.Errorf("… and %d more differences", len(wrong)-i)
			break
		}
		t.Error(text)
	}
}

func byTime(a, b chapter) int {
	return int(a.key.Start-b.key.Start) + int(a.key.End-b.key.End)
}

// matches fails the test where a final window is not what the world says by construction.
func (c *chronicle) matches(t *testing.T, w *world, until profile.Instant) {
	t.Helper()
	compared := 0
	for h, want := range w.counts {
		if h.start >= until {
			continue
		}
		r, ok := c.final(h)
		if !ok {
			t.Errorf("version %s, %s: no final window", h.version, h.start)
			continue
		}
		accuracy := r.Find("accuracy", "", "")
		if r.Samples != want.samples || r.Labeled != want.labeled || accuracy == nil ||
			accuracy.Value != float64(want.correct)/float64(want.labeled) || !r.Complete {
			t.Errorf("version %s, %s: got %d samples, %d labelled, %+v; want %+v", h.version, h.start, r.Samples, r.Labeled, accuracy, *want)
		}
		compared++
	}
	if compared < curtain {
		t.Errorf("only %d windows to compare", compared)
	}
}

// tells fails the test where the transitions are not the world's story.
func (c *chronicle) tells(t *testing.T) {
	t.Helper()
	var got []string
	for _, tr := range c.transitions {
		got = append(got, fmt.Sprintf("%03d %s %s v%s", tr.WindowEnd.Sub(profile.InstantOf(dawn))/3600e9, tr.Kind, tr.Rule, tr.Version))
	}
	slices.Sort(got)
	want := []string{
		"008 fire income-missing v1", "011 resolve income-missing v1",
		"016 fire accuracy-drop v1", "024 supersede accuracy-drop v1", "025 resolve accuracy-drop v2",
	}
	if !slices.Equal(got, want) {
		t.Errorf("got transitions %q, want %q", got, want)
	}
}
