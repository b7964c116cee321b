// Package rules turns measurements over time into states and transitions.
//
// A Rule is a condition on one measure. An Engine holds the rules of a model and, for every subject they judge (rule,
// model, version, segment, window, column, class), a state:
//
//	                    fails                      fails, for windows in a row
//	          ┌────────────────────────┐        ┌─────────────────────────────┐
//	          │                        ▼        │  Fire                       ▼
//	       ┌──┴─┐                  ┌─────────┐  │                        ┌────────┐
//	start ▶│ ok │                  │ pending ├──┘                        │ firing ├─┐ Worse
//	       └──▲─┘                  └──┬──────┘                           └─┬─────▲┘ │ (beyond page)
//	          │    does not fail      │                                    │     └──┘
//	          ├───────────────────────┘                                    │
//	          │   Resolve: clear, clear_for windows in a row               │
//	          │   Stale: nothing judged for three window lengths           │
//	          └────────────────────────────────────────────────────────────┘
//	             Supersede: a newer version has taken over; the incident waits for its first ok judgement
//
// What counts is a judged window, once, in the order of time. A window that was seen before, in whatever revision,
// changes nothing. A window that cannot be judged (empty, too few samples or labels, no baseline, input missing) is
// neutral: it neither breaks nor extends a streak and never resolves. ok and pending are then shown as insufficient,
// with the reason; firing stays firing.
//
// ok → pending: the fire condition is true in one window: the value is beyond the limit and, with z, so far from the
// baseline that chance is no explanation. The limit itself is still good.
//
// pending → ok: one window in which the fire condition is false. The clear limit has no say here; it binds only a rule
// that is firing.
//
// pending → firing (Fire): for windows in a row that do not overlap. A sliding window that agrees with the streak but
// overlaps the last one counted is not counted, because it re-tests the same data; one that disagrees breaks the streak.
// With for: 1 the step is from ok. Since is the start of the first window of the streak.
//
// firing → firing (Worse): a rule below page severity has a page limit, and for windows in a row lay beyond it. Its
// severity rises to page and stays there until it resolves. A rule that fires with that streak complete fires as a page
// at once.
//
// firing → ok (Resolve): clear_for windows in a row were clear: the value is on the good side of the clear limit and the
// fire condition is false. Windows between the two limits break the clear streak.
//
// firing → ok (Stale): from the end of the last judged window, three window lengths have passed without another. What
// was judged is forgotten. The same forgets a pending streak, silently.
//
// firing → ok (Supersede): the version is silent while a newer one speaks. All its rules end, and a successor starts in
// ok. What was firing waits: the Resolve transition comes from the successor, with its version and value, at the first
// window of the same subject that is judged with the fire condition false. If the successor fires instead, its own Fire
// takes the place. If it is judged but has no such measurement, that window resolves; if nothing is judged for three
// window lengths, the wait ends with Stale.
//
// Severity tells what a rule is worth, Retrain that it may ask for retraining; this package only carries them.
//
// A value that comes from counts may be certified to lie in an interval. A rule fails if the whole interval does, is
// clear if the whole interval is, and keeps its state between.
//
// Reading order: rule.go and limit.go (what users write), measure.go (what can be judged, and when), validate.go,
// transition.go (what comes out), judge.go (one window → a verdict), state.go (verdicts → state), engine.go (all
// subjects of all rules), horizon.go (how long labels are waited for), supersede.go, stale.go, review.go (final labels
// that contradict), status.go (for metrics and pages), codec.go (for the checkpoint), defaults.go.
//
// The package is pure: no clock, no goroutine, no input or output. It sends nothing and knows no incident; package
// alerts groups transitions into those.
package rules
