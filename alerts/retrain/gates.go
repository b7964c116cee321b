package retrain

import "github.com/anchorwatch/anchorwatch/detectors/profile"

// Reason is why a trigger made no request. The set is closed: it labels a metric.
type Reason string

// The reasons, in the order in which the gates are tried.
const (
	Disabled     Reason = "disabled"
	Held         Reason = "held"          // the agent is far behind: what it sees may be over
	BrokenInput  Reason = "broken_input"  // rule P4: training on it would teach the fault
	MissingSurge Reason = "missing_surge" // columns have become empty
	SchemaChange Reason = "schema_change"
	RefusedShare Reason = "refused_share" // too many events could not be read
	Lag          Reason = "lag"           // a topic is stale or read late
	OpenRequest  Reason = "open_request"  // the model is being retrained; the signal is attached to that request
	Cooldown     Reason = "cooldown"      // the last run is too recent
)

// Gates say why a model must not be retrained now, each in words a person understands. An empty text is an open gate;
// the zero value lets everything through. Drift and values out of range are no gates.
type Gates struct {
	Disabled     string
	Held         string
	BrokenInput  string
	MissingSurge string
	SchemaChange string
	RefusedShare string
	Lag          string
}

// shut returns the first gate that is shut, "" if none is.
func (g Gates) shut() (Reason, string) {
	for _, gate := range []struct {
		reason Reason
		text   string
	}{
		{Disabled, g.Disabled},
		{Held, g.Held},
		{BrokenInput, g.BrokenInput},
		{MissingSurge, g.MissingSurge},
		{SchemaChange, g.SchemaChange},
		{RefusedShare, g.RefusedShare},
		{Lag, g.Lag},
	} {
		if gate.text != "" {
			return gate.reason, gate.text
		}
	}
	return "", ""
}

// Refusal is why a trigger waits.
type Refusal struct {
	Reason Reason `json:"reason"`
	Text   string `json:"text"`
	// Eligible is the event time from which the gate opens by itself; nil where that depends on what comes.
	Eligible *profile.Instant `json:"eligible,omitempty"`
}
