package drivers

import (
	"fmt"
	"math"
	"strings"
	"unicode/utf8"

	"github.com/anchorwatch/anchorwatch/detectors/faults"
	"github.com/anchorwatch/anchorwatch/detectors/profile"
)

// maxStory is the greatest length of a story, in bytes.
const maxStory = 300

// Verdict says what became of performance.
type Verdict uint8

// The verdicts. Only Worse and Better are beyond chance.
const (
	NoLabels Verdict = iota
	TooFewLabels
	AsBefore
	Unclear // worse, but not beyond chance
	Worse
	Better
)

// Story is what is known about some rows, for one sentence that a person can act on. The zero value is told too.
type Story struct {
	Verdict Verdict
	// Error and ErrorBefore are the mean errors: shares of wrong answers, or typical sizes of a Regression.
	Error, ErrorBefore float64
	Regression         bool
	// Segment holds most of the excess error, and Explained is which part; empty if there is none. Alone tells that the
	// other rows are as before, as far as chance allows to say.
	Segment   string
	Explained float64
	Alone     bool
	// SegmentError and SegmentBefore are the mean errors in the segment.
	SegmentError, SegmentBefore float64
	// Faults of columns, the worst first.
	Faults []StoryFault
	// Moved are the columns that drifted and have no fault, the farthest first; How says in a few words how the first did.
	Moved []string
	How   string
	// Answers are the outputs of the model that drifted, its scores and predictions. Together tells that the features did, all
	// of them at once: how they hang together, whatever each does alone.
	Answers  []string
	Together bool
}

// StoryFault is one fault.
type StoryFault struct {
	Column, Clause string
	// Share of the rows it touches.
	Share float64
	// There tells that it is confined to the segment; Where is the slice of rows, if it is confined to another.
	There bool
	Where string
	// Since is when it began, as it is told: "2024-02-10" or "row 1200"; empty if that is not known.
	Since string
}

// String tells the story in one sentence without a full stop, the consequence first and then what may have caused it:
// "about 1 in 3 answers wrong, was 1 in 5; all of it in country = PT; `amount` looks a thousand times larger there". What
// does not fit into maxStory bytes is left out from the end.
func (s *Story) String() string {
	clauses := []string{s.performance()}
	if s.everywhere() {
		clauses = append(append(clauses, s.broken()...), s.where()...)
	} else {
		clauses = append(append(clauses, s.where()...), s.broken()...)
	}
	clauses = append(clauses, s.moved()...)
	told := clauses[0]
	for _, clause := range clauses[1:] {
		if clause != "" && len(told)+len("; ")+len(clause) <= maxStory {
			told += "; " + clause
		}
	}
	return cut(told)
}

// everywhere tells that the rise has a fault behind it that is not confined to the segment. It is told before the segment,
// which is then where it hurt most.
func (s *Story) everywhere() bool {
	return s.Verdict == Worse && len(s.Faults) > 0 && !s.Faults[0].There
}

// cut shortens to maxStory bytes, at a character.
func cut(s string) string {
	if len(s) <= maxStory {
		return s
	}
	end := maxStory - len("…")
	for !utf8.RuneStart(s[end]) {
		end--
	}
	return s[:end] + "…"
}

func (s *Story) performance() string {
	quiet := s.Segment == "" && len(s.Faults) == 0 && len(s.Moved) == 0 && len(s.Answers) == 0
	now, before := s.errors(s.Error, s.ErrorBefore)
	switch s.Verdict {
	case Worse:
		return now + ", was " + before
	case Unclear:
		return "perhaps " + now + ", was " + before + " (not beyond chance)"
	case Better:
		return "better than before: " + now + ", was " + before
	case AsBefore:
		if quiet && !s.doubtful() {
			return "nothing moved beyond chance, and the answers are as good as before (" + now + ")"
		}
		if s.doubtful() {
			return "not clearly worse: " + now + ", was " + before
		}
		return "the answers are as good as before (" + now + ")"
	case TooFewLabels:
		if quiet {
			return "nothing moved beyond chance; too few labels yet to judge the answers"
		}
		return "too few labels yet to judge the answers"
	case NoLabels:
	}
	switch {
	case quiet:
		return "nothing moved beyond chance; no labels yet to judge the answers"
	case len(s.Answers) > 0:
		return "no labels yet, but the answers moved"
	}
	return "no labels yet to judge the answers"
}

// doubtful tells that the error grew by two points and a fifth at least, which chance explains where labels are few: it is no
// proof that nothing happened.
func (s *Story) doubtful() bool {
	least := s.ErrorBefore / 5
	if !s.Regression {
		least = max(least, 0.02)
	}
	return s.Error-s.ErrorBefore > least
}

// errors says two errors in the same terms.
func (s *Story) errors(e, was float64) (now, before string) {
	if s.Regression {
		return "typical error " + faults.Figure(e), faults.Figure(was)
	}
	now, ok := fraction(e)
	before, okBefore := fraction(was)
	if ok && okBefore && (now != before || s.Verdict == AsBefore && !s.doubtful()) {
		return "about " + now + " answers wrong", before
	}
	now, before = faults.Percent(e), faults.Percent(was)
	if now == before && profile.Finite(e) && profile.Finite(was) {
		now, before = fmt.Sprintf("%.1f %%", 100*e), fmt.Sprintf("%.1f %%", 100*was)
	}
	return now + " of answers wrong", before
}

// fraction says a share as "1 in 3"; false if no small fraction is near enough.
func fraction(p float64) (string, bool) {
	const slack = 0.09
	best, found := "", false
	least := slack
	consider := func(a, b int) {
		exact := float64(a) / float64(b)
		if off := math.Abs(p-exact) / min(exact, 1-exact); off < least-1e-12 {
			best, found, least = fmt.Sprintf("%d in %d", a, b), true, off
		}
	}
	for _, b := range []int{2, 3, 4, 5, 6, 7, 8, 9, 10, 12, 15, 20, 25, 30, 40, 50, 100, 200, 500, 1000} {
		consider(1, b)
	}
	for _, f := range [][2]int{{2, 3}, {3, 4}, {2, 5}, {3, 5}, {4, 5}, {3, 10}, {7, 10}, {9, 10}} {
		consider(f[0], f[1])
	}
	return best, found
}

func (s *Story) where() []string {
	switch {
	case s.Segment == "":
		return nil
	case s.Verdict != Worse:
		now, before := s.errors(s.SegmentError, s.SegmentBefore)
		but := "but "
		if s.Verdict == Unclear {
			but = ""
		}
		return []string{but + "in " + s.Segment + " " + now + ", was " + before}
	}
	part, of := faults.Percent(s.Explained), "it"
	if s.Explained >= 0.95 || s.Alone && s.Explained >= 0.75 {
		part = "all"
	}
	if s.everywhere() {
		of = "the rise"
	}
	return []string{part + " of " + of + " in " + s.Segment}
}

// broken names two faults, and how many more there are.
func (s *Story) broken() []string {
	var clauses []string
	for i, f := range s.Faults {
		if i == 2 {
			more := "1 more fault"
			if n := len(s.Faults) - i; n > 1 {
				more = fmt.Sprintf("%d more faults", n)
			}
			return append(clauses, "and "+more)
		}
		subject := "the input"
		if f.Column != "" {
			subject = faults.Quote(f.Column)
		}
		clause := subject + " " + strings.TrimSuffix(f.Clause, ",")
		switch {
		case f.There && s.Segment != "":
			clause += " there"
		case f.Where != "":
			clause += " in " + f.Where
		case f.Share < 0.97:
			clause = subject + " " + f.Clause + " in " + faults.Portion(f.Share) + " rows"
		}
		if f.Since != "" {
			clause += " since " + f.Since
		}
		clauses = append(clauses, clause)
	}
	return clauses
}

func (s *Story) moved() []string {
	if len(s.Moved) == 0 && len(s.Faults) == 0 {
		return s.unmoved()
	}
	if len(s.Moved) == 0 {
		return nil
	}
	names := make([]string, 0, 3)
	for _, name := range s.Moved[:min(3, len(s.Moved))] {
		names = append(names, faults.Quote(name))
	}
	clause := "moved most: " + strings.Join(names, ", ")
	if len(s.Faults) > 0 {
		clause = "also moved: " + strings.Join(names, ", ")
	}
	if how := s.How; how != "" {
		if len(names) == 1 {
			how = strings.TrimPrefix(how, names[0]+" ")
		}
		return []string{clause + " (" + how + ")"}
	}
	return []string{clause}
}

// unmoved tells what remains where every input is as before: that they no longer belong together, that another model answers, or
// that the truth has changed.
func (s *Story) unmoved() []string {
	harm := s.Verdict == Worse || s.Segment != ""
	switch {
	case s.Together && (harm || len(s.Answers) > 0):
		return []string{"each input is as before, but together they are not: some may be mixed up between rows"}
	case len(s.Answers) > 0:
		names := make([]string, 0, 2)
		for _, name := range s.Answers[:min(2, len(s.Answers))] {
			names = append(names, faults.Quote(name))
		}
		return []string{strings.Join(names, " and ") + " moved though no input did: the model may be another"}
	case harm:
		return []string{"no input moved much: the right answers may have changed"}
	}
	return nil
}
