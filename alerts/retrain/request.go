package retrain

import (
	"crypto/sha256"
	"encoding/base32"
	"encoding/hex"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/prometheus/common/model"

	"github.com/anchorwatch/anchorwatch/detectors/profile"
)

// Request is one request for a new version of a model, and all that became of it.
type Request struct {
	// ID is derived from the trigger, so that a replay finds the same one: see requestID.
	ID          string `json:"request_id"`
	Model       string `json:"model"`
	Version     string `json:"model_version"`
	Environment string `json:"environment"`
	BaselineID  string `json:"baseline_id"`
	Class       string `json:"trigger_class"`
	// Attempt counts the requests made for one trigger, from 1; a delivery that is repeated is no new attempt.
	Attempt int      `json:"attempt"`
	Signals []Signal `json:"signals"`
	// Attached are signals that came while the request was open.
	Attached []Signal `json:"attached,omitempty"`
	// TriggeredAt is the end of the triggering window.
	TriggeredAt profile.Instant `json:"triggered_at"`
	Training    Training        `json:"training_data"`
	EvidenceURL string          `json:"evidence_url,omitempty"`
	DryRun      bool            `json:"dry_run,omitempty"`

	State State  `json:"state"`
	Steps []Step `json:"steps"`
	// Deadline is in wall time: for the delivery while the request is approved, for a sign of life from then on.
	Deadline time.Time `json:"deadline"`
	RunID    string    `json:"run_id,omitempty"`
	RunURL   string    `json:"run_url,omitempty"`
	// Announced is the version the pipeline said it made, NewVersion the one that appeared.
	Announced  string  `json:"announced_version,omitempty"`
	NewVersion string  `json:"new_version,omitempty"`
	Metrics    Metrics `json:"metrics,omitempty"`
	// Verdict is what the new version's first judged window said.
	Verdict *Verdict `json:"verdict,omitempty"`
}

// Verdict is the first judgement of a new version.
type Verdict struct {
	OK    bool     `json:"ok"` // false: the new version fails the same rule
	Value *float64 `json:"value,omitempty"`
}

// Training is the range of training data that is asked for: To is exclusive and may lie ahead, Kafka covers the part of
// the range that has been read so far.
type Training struct {
	From    profile.Instant `json:"from"`
	To      profile.Instant `json:"to"`
	MinSpan model.Duration  `json:"min_span"` // as configuration writes it, such as "12w"
	Kafka   []OffsetRange   `json:"kafka,omitempty"`
}

// Step is one state that a request reached.
type Step struct {
	State State           `json:"state"`
	At    profile.Instant `json:"at"`   // event time
	Wall  time.Time       `json:"wall"` // wall time
}

// clone returns a copy that shares nothing that changes.
func (r *Request) clone() Request {
	c := *r
	c.Signals, c.Attached, c.Steps = slices.Clone(r.Signals), slices.Clone(r.Attached), slices.Clone(r.Steps)
	return c
}

// step moves the request on and returns the event that tells of it.
func (r *Request) step(to State, m moment, text string) Event {
	event := r.event(to, m, text)
	r.State = to
	r.Steps = append(r.Steps, Step{to, m.at, m.wall})
	return event
}

// event tells of a step to a state, perhaps the one the request is in.
func (r *Request) event(to State, m moment, text string) Event {
	return Event{Model: r.Model, RequestID: r.ID, From: r.State, To: to, At: m.at, Wall: m.wall, Text: text}
}

// madeAt returns the event time at which the request was made.
func (r *Request) madeAt() profile.Instant { return r.Steps[0].At }

// entryID names the request's entry in the outbox and is the webhook-id; it must not contain a dot.
func (r *Request) entryID() string { return r.ID + "-requested" }

const (
	idPrefix    = "anchorwatch-"
	idModelPart = 24 // characters of the model's name
	idHashPart  = 26 // base32 characters of the hash: 130 bits
)

// requestID derives the name of a request:
//
//	anchorwatch-<model>-<26 lower-case base32 characters of SHA-256(dedupe key, end of the triggering window, attempt)>
//
// It has at most 63 characters of [a-z0-9-], which makes it a legal name of a Kubernetes Job, and an idempotency token
// for every target that takes one. The three parts are joined by line feeds; the end is in milliseconds since 1970.
func requestID(name, dedupe string, end profile.Instant, attempt int) string {
	sum := sha256.Sum256(fmt.Appendf(nil, "%s\n%d\n%d", dedupe, int64(end), attempt))
	hash := strings.ToLower(base32.StdEncoding.EncodeToString(sum[:]))[:idHashPart]
	return idPrefix + namePart(name) + "-" + hash
}

// dedupeKey identifies what a request is for: the hexadecimal SHA-256 of model, environment, model version, baseline id
// and trigger class, each in quotes as Go writes them and joined by "|", so that no two lists look alike.
func dedupeKey(name, environment, version, baselineID, class string) string {
	parts := []string{name, environment, version, baselineID, class}
	for i := range parts {
		parts[i] = strconv.Quote(parts[i])
	}
	sum := sha256.Sum256([]byte(strings.Join(parts, "|")))
	return hex.EncodeToString(sum[:])
}

// namePart makes the readable part of a request's id: lower case, everything but letters and digits a hyphen.
func namePart(name string) string {
	name = strings.Map(func(r rune) rune {
		switch {
		case 'a' <= r && r <= 'z', '0' <= r && r <= '9':
			return r
		case 'A' <= r && r <= 'Z':
			return r - 'A' + 'a'
		}
		return '-'
	}, name)
	name = strings.Trim(name[:min(len(name), idModelPart)], "-")
	if name == "" {
		return "model"
	}
	return name
}
