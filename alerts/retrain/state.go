package retrain

import "slices"

// State is where a request stands in its life.
type State string

// The states of a request, in the order of a life in which nothing goes wrong.
const (
	Requested      State = "requested" // the gates are passed
	Approved       State = "approved"  // in the outbox; at once, because no approval is asked for
	Sent           State = "sent"      // the pipeline answered 2xx, or that it has the request already
	Accepted       State = "accepted"  // sent, and the answer named a run
	Running        State = "running"   // the pipeline called back: it trains
	Finished       State = "finished"  // the pipeline called back: the run succeeded
	NewVersionSeen State = "new_version_seen"
	Rearmed        State = "rearmed" // the new version has a baseline
	Judged         State = "judged"  // the first judged window of the new version
)

// The ways out. From TimedOut and Unknown a late answer of the pipeline still leads back.
const (
	Failed    State = "failed"    // the run failed, or the receiver refused the request
	TimedOut  State = "timed_out" // no sign of life within the deadline
	Unknown   State = "unknown"   // the same where no callback is configured: the pipeline could not have told us
	Expired   State = "expired"   // not delivered in time
	Cancelled State = "cancelled" // withdrawn, or only a dry run
)

// Steps that are no state of a request; they occur in Event.To alone.
const (
	// Suppressed: a trigger was turned away by a gate.
	Suppressed State = "suppressed"
	// ExternalRelease: a version appeared that no request asked for.
	ExternalRelease State = "external_release"
)

// Open reports whether a request in this state keeps further requests for its model from being made.
func (s State) Open() bool {
	return s.in(Requested, Approved, Sent, Accepted, Running)
}

// awaitsVersion reports whether a version that appears may be the answer to a request in this state. An approved request
// is left out: as far as is known the pipeline has not heard of it.
func (s State) awaitsVersion() bool {
	return s.in(Sent, Accepted, Running, Finished, TimedOut, Unknown)
}

func (s State) in(states ...State) bool { return slices.Contains(states, s) }

// valid reports whether a request can be in this state.
func (s State) valid() bool {
	return s.Open() || s.in(Finished, NewVersionSeen, Rearmed, Judged, Failed, TimedOut, Unknown, Expired, Cancelled)
}
