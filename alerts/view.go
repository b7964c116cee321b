package alerts

import (
	"github.com/anchorwatch/anchorwatch/detectors/profile"
	"github.com/anchorwatch/anchorwatch/rules"
)

// IncidentState says whether an incident goes on.
type IncidentState string

// The states of an incident.
const (
	IncidentOpen     IncidentState = "open"
	IncidentWaiting  IncidentState = "waiting" // nothing fires any more, but a successor version is yet to be judged
	IncidentResolved IncidentState = "resolved"
)

// Incident is a read-only picture of one incident, for the API and the pages.
type Incident struct {
	ID       string             `json:"id"`
	Model    string             `json:"model"`
	Severity rules.Severity     `json:"severity"` // the highest so far
	State    IncidentState      `json:"state"`
	OpenedAt profile.Instant    `json:"opened_at"`
	EndedAt  profile.Instant    `json:"ended_at,omitzero"`
	Firing   []rules.Transition `json:"firing"` // the worst first
	Waiting  []rules.Transition `json:"waiting,omitempty"`
	Timeline []Line             `json:"timeline"`
	Note     string             `json:"note,omitempty"`
}

// Incidents returns the open incidents and the last 50 that ended, oldest first. The pictures share nothing with the
// ledger, so another goroutine may read them.
func (l *Ledger) Incidents() []Incident {
	pictures := make([]Incident, 0, len(l.incidents))
	for _, in := range l.incidents {
		pictures = append(pictures, in.picture())
	}
	return pictures
}

func (in *incident) picture() Incident {
	p := Incident{
		ID: in.ID, Model: in.Model, Severity: in.Severity, State: IncidentOpen, OpenedAt: in.OpenedAt,
		Firing: []rules.Transition{}, Timeline: in.Timeline.lines(), Note: in.Note,
	}
	for _, r := range in.standing(firing) {
		p.Firing = append(p.Firing, r.Evidence.Transition)
	}
	for _, r := range in.standing(waiting) {
		p.Waiting = append(p.Waiting, r.Evidence.Transition)
	}
	switch {
	case in.Ended:
		p.State, p.EndedAt = IncidentResolved, in.At
	case len(p.Firing) == 0:
		p.State = IncidentWaiting
	}
	return p
}
