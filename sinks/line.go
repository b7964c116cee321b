package sinks

import (
	"encoding/json"
	"fmt"

	"github.com/anchorwatch/anchorwatch/detectors"
	"github.com/anchorwatch/anchorwatch/detectors/profile"
	"github.com/anchorwatch/anchorwatch/rules"
)

// Window is a report in public JSON: the line {"type":"window",…}. Keys keep this order; what does not exist is absent,
// never null or NaN. The HTTP API shows the same objects, and there also windows that are still open.
type Window struct {
	Type    string  `json:"type"` // always "window"
	Model   string  `json:"model"`
	Version string  `json:"version"`
	Segment Segment `json:"segment"`
	Window  Bounds  `json:"window"`
	// Phase is empty as long as the window is open.
	Phase    detectors.Phase `json:"phase,omitempty"`
	Revision int             `json:"revision"`
	// AsOf is absent once the input has ended: then everything there is counts.
	AsOf Moment `json:"as_of,omitzero"`
	// Closed tells that event time has passed the window's end.
	Closed bool `json:"closed"`
	// Final tells that no label is awaited any more.
	Final        bool                    `json:"final"`
	Judged       bool                    `json:"judged"`
	Complete     bool                    `json:"complete"`
	Status       detectors.Status        `json:"status,omitempty"` // no_baseline: the window was only counted
	Samples      uint64                  `json:"samples"`
	Labeled      uint64                  `json:"labeled"`
	Measurements []detectors.Measurement `json:"measurements"` // never nil
}

// Bounds names a window and its time: the start is inside, the end outside.
type Bounds struct {
	Name  string `json:"name"`
	Start Moment `json:"start,omitzero"`
	End   Moment `json:"end,omitzero"`
}

// Segment is a slice of a model's traffic in public JSON: {"country":"DE"}, or {} for the whole model.
type Segment map[string]string

// MarshalJSON writes {} for the whole model, nil or not.
func (s Segment) MarshalJSON() ([]byte, error) {
	if s == nil {
		return []byte("{}"), nil
	}
	return json.Marshal(map[string]string(s))
}

// SegmentOf shows a segment as public JSON.
func SegmentOf(s profile.Segment) Segment {
	if s == (profile.Segment{}) {
		return Segment{}
	}
	return Segment{s.Name: s.Value}
}

// NewWindow shows a report as public JSON. Detectors let no NaN out; should one come all the same, it costs its own
// number and not the line: an optional number is left out, a value becomes 0 with the status undefined.
func NewWindow(report detectors.Report) Window {
	key := report.Key
	w := Window{
		Type: "window", Model: key.Model, Version: key.Version, Segment: SegmentOf(key.Segment),
		Window: Bounds{Name: key.Window, Start: Moment(key.Start), End: Moment(key.End)},
		Phase:  report.Phase, Revision: report.Revision, AsOf: Moment(report.AsOf),
		Closed: true, Final: report.Phase == detectors.Final, Judged: report.Judged, Complete: report.Complete, Status: report.Status,
		Samples: report.Samples, Labeled: report.Labeled,
		Measurements: make([]detectors.Measurement, len(report.Measurements)),
	}
	for i, m := range report.Measurements {
		w.Measurements[i] = finiteOnly(m)
	}
	return w
}

func finiteOnly(m detectors.Measurement) detectors.Measurement {
	if !finite(m.Value) {
		m.Value, m.Status = 0, detectors.Undefined
	}
	for _, number := range []**float64{
		&m.PValue, &m.Lower, &m.Upper, &m.CertifiedLower, &m.CertifiedUpper, &m.NEff, &m.Baseline, &m.BaselineNEff, &m.Threshold,
	} {
		if *number != nil && !finite(**number) {
			*number = nil
		}
	}
	return m
}

// WindowLine encodes a report as one line of JSON, without the line break.
func WindowLine(report detectors.Report) ([]byte, error) {
	line, err := json.Marshal(NewWindow(report))
	if err != nil {
		return nil, fmt.Errorf("encode window: %w", err)
	}
	return line, nil
}

// transition is the public JSON of a rules.Transition. Column and class are absent where the rule has none.
type transition struct {
	Type        string         `json:"type"`
	Rule        string         `json:"rule"`
	Model       string         `json:"model"`
	Version     string         `json:"version"`
	Segment     Segment        `json:"segment"`
	Window      string         `json:"window"`
	Column      string         `json:"column,omitempty"`
	Class       string         `json:"class,omitempty"`
	Transition  rules.Kind     `json:"transition"`
	From        rules.State    `json:"from"`
	To          rules.State    `json:"to"`
	Severity    rules.Severity `json:"severity"`
	At          Moment         `json:"at,omitzero"`
	WindowStart Moment         `json:"window_start,omitzero"`
	WindowEnd   Moment         `json:"window_end,omitzero"`
	Since       Moment         `json:"since,omitzero"`
	Measure     string         `json:"measure"`
	Value       Number         `json:"value,omitzero"`
	Threshold   Number         `json:"threshold,omitzero"`
}

// TransitionLine encodes a rule's transition as one line {"type":"transition",…}, without the line break.
func TransitionLine(t rules.Transition) ([]byte, error) {
	line, err := json.Marshal(transition{
		Type: "transition", Rule: t.Rule, Model: t.Model, Version: t.Version, Segment: SegmentOf(t.Segment),
		Window: t.Window, Column: t.Column, Class: t.Class,
		Transition: t.Kind, From: t.From, To: t.To, Severity: t.Severity,
		At: Moment(t.At), WindowStart: Moment(t.WindowStart), WindowEnd: Moment(t.WindowEnd), Since: Moment(t.Since),
		Measure: t.Measure, Value: Number(t.Value), Threshold: Number(t.Threshold),
	})
	if err != nil {
		return nil, fmt.Errorf("encode transition: %w", err)
	}
	return line, nil
}

// Retrain is one step in the life of a retrain request, as public JSON shows it.
type Retrain struct {
	Request string // the request's id
	Model   string
	Version string // the version that is to be replaced
	State   string // the state entered: requested, sent, running, finished, …
	At      profile.Instant
	Rule    string // what asked for it; empty if a person did
	// TrainingStart and TrainingEnd bound the range of training data asked for; the end may lie ahead.
	TrainingStart, TrainingEnd profile.Instant
	Reason                     string // why, in words: of a failure, of a suppression
}

// RetrainLine encodes a step of a retrain request as one line {"type":"retrain",…}, without the line break.
func RetrainLine(r Retrain) ([]byte, error) {
	line, err := json.Marshal(struct {
		Type          string `json:"type"`
		Request       string `json:"request"`
		Model         string `json:"model"`
		Version       string `json:"version"`
		State         string `json:"state"`
		At            Moment `json:"at,omitzero"`
		Rule          string `json:"rule,omitempty"`
		TrainingStart Moment `json:"training_start,omitzero"`
		TrainingEnd   Moment `json:"training_end,omitzero"`
		Reason        string `json:"reason,omitempty"`
	}{
		"retrain", r.Request, r.Model, r.Version, r.State, Moment(r.At), r.Rule,
		Moment(r.TrainingStart), Moment(r.TrainingEnd), r.Reason,
	})
	if err != nil {
		return nil, fmt.Errorf("encode retrain request: %w", err)
	}
	return line, nil
}
