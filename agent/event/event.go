package event

import (
	"time"

	"github.com/anchorwatch/anchorwatch/agent/source"
	"github.com/anchorwatch/anchorwatch/detectors/profile"
)

// ValueKind says what stood on the wire in a feature's place.
type ValueKind uint8

// The kinds of value. Missing is null; a key that is absent makes no cell at all.
const (
	Missing ValueKind = iota
	Number            // Number is set; NaN and ±Inf may come as strings
	String            // Text is set
	Bool              // Text is "true" or "false", Number 1 or 0
	Other             // an array, an object, or a string longer than 1 KiB, where a value was expected
)

// Cell is one feature of one prediction.
type Cell struct {
	Row    int32 // index into Batch.Predictions
	Kind   ValueKind
	Number float64
	Text   []byte // valid until the batch is reset
}

// ClassProbability is one entry of a prediction's probabilities. In an array Class is nil and the position counts.
type ClassProbability struct {
	Class       []byte
	Probability float64
}

// Output is what the model answered. Every part is optional; Present says which there are.
type Output struct {
	// Class as text: strings as they are, whole numbers without a point ("1"), booleans "true" and "false".
	Class []byte
	// Score is the score of the positive class: prediction.score.
	Score float64
	// Value is a bare number in the prediction's place, or prediction.value: a score or a regression's value,
	// which only the model's task can tell.
	Value float64
	// Probabilities is a range of Batch.Probabilities.
	FirstProbability, EndProbability int32

	HasClass, HasScore, HasValue bool
}

// Origin says where an event comes from; it decides lateness.
type Origin struct {
	Partition source.Partition
	Offset    int64
	Record    time.Time // the record's timestamp
}

// Prediction is one answered request.
type Prediction struct {
	Origin Origin
	ID     []byte // valid until the batch is reset; empty if the event had none
	Time   profile.Instant
	// Untimed tells that the event had no timestamp: Time is the record's.
	Untimed bool
	Model   int    // index into Options.Models
	Version string // interned: equal versions share memory
	Output  Output
	// LatencyMS is the model server's latency in milliseconds; NaN if the event gave no finite number from 0 on.
	LatencyMS float64
	// Error tells that the model server failed to answer; there is no output then.
	Error bool
	// Label is the truth, if the event already carried it (as baseline files do).
	Label Truth
	// Segments holds one value for each of the model's segment names, nil if the event has none.
	Segments [][]byte
}

// Truth is what a label says.
type Truth struct {
	Present  bool    // false for a retraction
	Class    []byte  // as Output.Class
	Number   float64 // the same as a number, 1 and 0 for true and false; NaN if it is none
	Retracts bool    // a null label or a tombstone
}

// Label is the truth about an earlier prediction.
type Label struct {
	Origin Origin
	ID     []byte
	Time   profile.Instant // when the truth became known
	// Untimed tells that the event had no timestamp: Time is the record's.
	Untimed bool
	Model   int // -1 if the event did not say: it is for every model that knows the id
	Truth   Truth
}
