package baseline

import (
	"math"
	"time"

	"github.com/anchorwatch/anchorwatch/detectors/performance"
	"github.com/anchorwatch/anchorwatch/detectors/profile"
)

// Builder collects the rows of a baseline. It holds them by column, nine bytes a value, as kinds and quantiles are known
// only at the end.
//
// Each row begins with Row; what follows belongs to it, in any order:
//
//	b.Row(at)
//	b.Column("income").Number(2300)
//	b.Answer(performance.Answer{Class: []byte("1"), HasClass: true})
//	b.Label(performance.Truth{Class: []byte("0"), Number: 0}, profile.Dawn)
type Builder struct {
	rows     []row
	columns  map[string]*Column
	interned map[string][]byte
}

// row is all of a row but its columns.
type row struct {
	at, arrived profile.Instant
	example     performance.Example
	latencyMS   float64
	failed      bool
}

// delay is how long the row's label took; false if it has none, or if one of the times is not known. A label stamped
// before its prediction took no time.
func (r *row) delay() (time.Duration, bool) {
	if r.example.Truth.Class == nil || r.at == profile.Dawn || r.arrived == profile.Dawn {
		return 0, false
	}
	return max(r.arrived.Sub(r.at), 0), true
}

// NewBuilder returns a builder without rows.
func NewBuilder() *Builder {
	return &Builder{columns: make(map[string]*Column), interned: make(map[string][]byte)}
}

// Rows returns how many rows have begun.
func (b *Builder) Rows() int { return len(b.rows) }

// Row begins a row of that time; Dawn if it has none. A baseline with such a row has no windows, and its design effect
// is assumed.
func (b *Builder) Row(at profile.Instant) {
	b.rows = append(b.rows, row{
		at: at, arrived: profile.Dawn, latencyMS: math.NaN(),
		example: performance.Example{Truth: performance.Truth{Number: math.NaN()}},
	})
}

// Column returns the feature with that name; it begins to exist with the first call. Callers may keep it.
func (b *Builder) Column(name string) *Column {
	c, ok := b.columns[name]
	if !ok {
		c = &Column{builder: b, codes: make(map[string]int)}
		b.columns[name] = c
	}
	return c
}

// Answer sets what the model answered in the current row. It is copied.
func (b *Builder) Answer(a performance.Answer) {
	if len(b.rows) == 0 {
		return
	}
	a.Class = b.intern(a.Class)
	probabilities := make([]performance.ClassProbability, len(a.Probabilities))
	for i, p := range a.Probabilities {
		probabilities[i] = performance.ClassProbability{Class: b.intern(p.Class), Probability: p.Probability}
	}
	a.Probabilities = probabilities
	b.rows[len(b.rows)-1].example.Answer = a
}

// Label sets the current row's truth and when it arrived; Dawn if that is not known.
func (b *Builder) Label(truth performance.Truth, arrived profile.Instant) {
	if len(b.rows) == 0 {
		return
	}
	r := &b.rows[len(b.rows)-1]
	truth.Class = b.intern(truth.Class)
	r.example.Truth, r.arrived = truth, arrived
}

// Served sets how the current row was served: the latency in milliseconds, NaN if it is not known, and whether the
// model failed.
func (b *Builder) Served(latencyMS float64, failed bool) {
	if len(b.rows) > 0 {
		b.rows[len(b.rows)-1].latencyMS, b.rows[len(b.rows)-1].failed = latencyMS, failed
	}
}

// intern returns a copy that equal texts share; nil stays nil.
func (b *Builder) intern(text []byte) []byte {
	if text == nil {
		return nil
	}
	kept, ok := b.interned[string(text)]
	if !ok {
		kept = append([]byte{}, text...)
		b.interned[string(kept)] = kept
	}
	return kept
}
