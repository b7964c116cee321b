package sequential

import "math"

// detector is one algorithm in the course of watching.
type detector interface {
	// update takes the next value, finite and inside the domain. After a signal with an alarm it resets first.
	update(x float64) signal
	// parameters name the fields that are parameters; their present values are the defaults.
	parameters() []parameter
	// reset forgets all values. It is called once before the first update.
	reset()
}

// signal is what a detector thinks after a value. A warning may stay on from value to value.
type signal struct{ alarm, warning bool }

// checker is a detector whose parameters may be wrong together, each being within its range.
type checker interface{ check() error }

// bounded is a detector that takes values of an interval only.
type bounded interface{ domain() (low, high float64) }

// learner is a detector that judges nothing before it knows its reference.
type learner interface{ learning() bool }

// Event is what one value brought.
type Event struct {
	// Alarm says that the stream has changed. The detector starts anew with the next value.
	Alarm bool
	// Warning says that a warning begins at this value. It does not say again that one lasts.
	Warning bool
}

// Watcher leads a stream past a detector. It must be made by Method.New, and is not safe for concurrent use.
type Watcher struct {
	method   Method
	detector detector
	warned   bool
}

// Observe takes the next value. Values that are not finite or not in the Domain say nothing and are passed over: callers who
// want to know count them. The cost is that of the detector (docs/detectors.md), without allocation once warm.
func (w *Watcher) Observe(x float64) Event {
	if low, high := w.Domain(); !(x >= low && x <= high) || math.IsInf(x, 0) {
		return Event{}
	}
	now := w.detector.update(x)
	began := now.warning && !w.warned
	w.warned = now.warning
	return Event{Alarm: now.alarm, Warning: began}
}

// Domain returns the least and the greatest value that can be watched; ±Inf where there is no bound.
func (w *Watcher) Domain() (low, high float64) {
	if b, ok := w.detector.(bounded); ok {
		return b.domain()
	}
	return math.Inf(-1), math.Inf(1)
}

// Learning tells whether the detector is still learning its reference, so that no value could alarm.
func (w *Watcher) Learning() bool {
	l, ok := w.detector.(learner)
	return ok && l.learning()
}

// Method returns what is watching.
func (w *Watcher) Method() Method { return w.method }

// Settings returns the parameters in force, in the order of the catalogue. Those without a value are left out.
func (w *Watcher) Settings() []Setting {
	var settings []Setting
	for _, p := range w.detector.parameters() {
		if value, ok := p.value(); ok {
			settings = append(settings, Setting{p.name, value})
		}
	}
	return settings
}
