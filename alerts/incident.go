package alerts

import (
	"cmp"
	"slices"

	"github.com/anchorwatch/anchorwatch/detectors/profile"
	"github.com/anchorwatch/anchorwatch/rules"
)

// An incident is one problem of one model: all its rules that fire at the same time, pages and warnings together.
type incident struct {
	ID       string          `json:"id"`
	Model    string          `json:"model"`
	Severity rules.Severity  `json:"severity"` // the highest so far
	OpenedAt profile.Instant `json:"opened_at"`
	At       profile.Instant `json:"at"` // of the last change; of the end, once over
	Ended    bool            `json:"ended,omitempty"`
	Rules    []*tracked      `json:"rules"` // in the order of their first fire
	Timeline timeline        `json:"timeline"`
	Note     string          `json:"note,omitempty"`
	// Posted is the severity of the newest notice made, empty if there is none; Withheld tells of a change without one.
	Posted   rules.Severity `json:"posted,omitempty"`
	Withheld bool           `json:"withheld,omitempty"`

	// versions finds the rules that differ in nothing but the version, by their subject without it: ten thousand columns
	// may fire at once. It is made from Rules when it is first needed.
	versions map[rules.Subject][]*tracked
}

// standing is where a rule stands within an incident.
type standing string

const (
	firing  standing = "firing"
	waiting standing = "waiting" // its version was superseded; the successor has not been judged
	over    standing = "over"
)

// tracked is one rule in an incident.
type tracked struct {
	Standing standing `json:"standing"`
	Evidence evidence `json:"evidence"`
	// Worst is the value farthest beyond the limit that was seen while it fired.
	Worst float64 `json:"worst"`
}

// apply moves the incident by one transition. It reports whether the transition belongs in the story, and whether it
// changed where a rule stands.
func (in *incident) apply(t rules.Transition) (told, changed bool) {
	switch t.Kind {
	case rules.Fire, rules.Worse:
		return true, in.fire(t)
	case rules.Resolve:
		changed = in.end(t, func(r *tracked) bool {
			return r.is(t.Subject) || r.Standing == waiting
		})
	case rules.Stale:
		changed = in.end(t, func(r *tracked) bool { return r.is(t.Subject) })
	case rules.Supersede:
		for _, r := range in.alike(t.Subject) {
			if r.Standing == firing && r.is(t.Subject) {
				r.Standing, changed = waiting, true
			}
		}
	}
	return changed || t.Severity.Rank() == rules.Info.Rank(), changed
}

// fire tracks a rule that fires or got worse, and reports whether that changed anything: Info alone is only told. A
// successor that fires itself has been judged: its predecessor waits no longer.
func (in *incident) fire(t rules.Transition) bool {
	r := in.find(t.Subject)
	if r == nil && t.Severity.Rank() == rules.Info.Rank() {
		return false
	}
	if r == nil {
		r = &tracked{Worst: t.Value}
		in.Rules = append(in.Rules, r)
		in.index(t.Subject, r)
	}
	for _, predecessor := range in.alike(t.Subject) {
		if predecessor.Standing == waiting {
			predecessor.Standing = over
		}
	}
	if r.Standing == over {
		r.Worst = t.Value
	}
	r.Standing, r.Evidence = firing, evidenceOf(t)
	r.worsen()
	if t.Severity.Rank() > in.Severity.Rank() {
		in.Severity = t.Severity
	}
	return true
}

// end takes those of the subject's versions out that match, and reports whether there were any.
func (in *incident) end(t rules.Transition, matches func(*tracked) bool) bool {
	ended := false
	for _, r := range in.alike(t.Subject) {
		if r.Standing == over || !matches(r) {
			continue
		}
		if r.is(t.Subject) {
			r.Evidence.History = historyOf(t)
			r.worsen()
		}
		r.Standing, ended = over, true
	}
	return ended
}

func (in *incident) find(s rules.Subject) *tracked {
	for _, r := range in.alike(s) {
		if r.is(s) {
			return r
		}
	}
	return nil
}

// alike returns the rules that are the subject's but for the version.
func (in *incident) alike(s rules.Subject) []*tracked {
	if in.versions == nil {
		in.versions = map[rules.Subject][]*tracked{}
		for _, r := range in.Rules {
			in.index(r.Evidence.Transition.Subject, r)
		}
	}
	s.Version = ""
	return in.versions[s]
}

// index makes a rule findable. Requires in.versions, which alike makes.
func (in *incident) index(s rules.Subject, r *tracked) {
	s.Version = ""
	in.versions[s] = append(in.versions[s], r)
}

// over reports whether nothing is firing and nothing waits.
func (in *incident) over() bool {
	return !slices.ContainsFunc(in.Rules, func(r *tracked) bool { return r.Standing != over })
}

// standing returns the rules that stand there, the worst first.
func (in *incident) standing(s standing) []*tracked {
	var found []*tracked
	for _, r := range in.Rules {
		if r.Standing == s {
			found = append(found, r)
		}
	}
	slices.SortStableFunc(found, func(a, b *tracked) int {
		x, y := a.Evidence.Transition, b.Evidence.Transition
		return cmp.Or(
			cmp.Compare(y.Severity.Rank(), x.Severity.Rank()),
			cmp.Compare(excess(y), excess(x)),
			cmp.Compare(x.Rule, y.Rule),
			cmp.Compare(x.Column, y.Column),
		)
	})
	return found
}

// is reports whether the rule is that subject's.
func (r *tracked) is(s rules.Subject) bool { return r.Evidence.Transition.Subject == s }

// worsen takes the farthest value of the history since the rule's failing streak began.
func (r *tracked) worsen() {
	t := r.Evidence.Transition
	values := []float64{t.Value}
	for _, p := range r.Evidence.History {
		if p.End >= t.WindowEnd {
			values = append(values, p.Value)
		}
	}
	for _, v := range values {
		if below := t.Value < t.Threshold; below && v < r.Worst || !below && v > r.Worst {
			r.Worst = v
		}
	}
}
