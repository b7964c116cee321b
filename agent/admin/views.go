package admin

import (
	"time"

	"github.com/anchorwatch/anchorwatch/rules"
	"github.com/anchorwatch/anchorwatch/sinks"
)

// Views is what the agent lets others see. Both methods may be called by several goroutines and return at once.
type Views interface {
	// Snapshot returns the newest snapshot, nil before the first. Nobody changes it afterwards.
	Snapshot() *Snapshot
	// Refused returns samples of refused records, newest first, a bounded number.
	Refused() []Refused
}

// Snapshot is the state of the agent at one moment. The agent publishes one at least every few seconds while its main
// loop runs: its age is the loop's heartbeat. A moment of event time that is unknown is sinks.Moment(profile.Dawn): the zero
// value is the first of January 1970.
type Snapshot struct {
	At     time.Time `json:"at"` // wall clock
	Status Status    `json:"status"`
	Models []Model   `json:"models"`
	// Windows are the recent windows of all models, oldest first, each in its newest revision; open ones too.
	Windows   []sinks.Window `json:"windows"`
	Rules     []Rule         `json:"rules"`
	Incidents []Incident     `json:"incidents"` // newest first; resolved ones for a while
	Retrains  []Retrain      `json:"retrains"`  // newest first
}

// Status says whether the agent sees, how far, and why it is silent.
type Status struct {
	Version     string    `json:"version"` // of the program
	Environment string    `json:"environment,omitempty"`
	StartedAt   time.Time `json:"started_at,omitzero"`
	// UptimeSeconds at the moment of the snapshot.
	UptimeSeconds sinks.Number `json:"uptime_seconds"`
	// Ready once configuration, baselines and checkpoint are read. It never depends on Kafka.
	Ready bool `json:"ready"`
	// CaughtUp tells that every owned partition is at its end, LagSeconds the age of the last record read otherwise.
	CaughtUp   bool         `json:"caught_up"`
	LagSeconds sinks.Number `json:"lag_seconds"`
	// PredictionWatermark and LabelWatermark are the two clocks of event time; absent before the first event, and once
	// the input has ended.
	PredictionWatermark sinks.Moment `json:"prediction_watermark,omitzero"`
	LabelWatermark      sinks.Moment `json:"label_watermark,omitzero"`
	Partitions          []Partition  `json:"partitions"`
	Join                Join         `json:"join"`
	Checkpoint          Checkpoint   `json:"checkpoint"`
	PendingNotices      int          `json:"pending_notices"`
	// NotPaging says why no notice leaves the agent; empty if they do.
	NotPaging Silence `json:"not_paging,omitempty"`
	// Refused counts records by reason since the start.
	Refused map[string]uint64 `json:"refused,omitempty"`
}

// Silence is a reason why the agent sends no notices.
type Silence string

// The reasons.
const (
	// Held: the agent is behind, and what it would say is old. On catching up it says what is still true.
	Held Silence = "held"
	// Waiting: no partition is assigned yet, because brokers do not answer or topics do not exist.
	Waiting Silence = "waiting for brokers or topics"
	// Standby: another member of the group owns all partitions.
	Standby Silence = "standby"
	// Partial: other members own some of the partitions, so that no window is complete here.
	Partial Silence = "partial"
)

// Partition is the position in one owned partition.
type Partition struct {
	Topic     string `json:"topic"`
	Partition int    `json:"partition"`
	Position  int64  `json:"position"` // the offset to read next
	// HighWatermark is the offset after the last record, −1 if unknown.
	HighWatermark int64        `json:"high_watermark"`
	LagMessages   int64        `json:"lag_messages"`
	LagSeconds    sinks.Number `json:"lag_seconds"`
	Watermark     sinks.Moment `json:"watermark,omitzero"`
	Paused        bool         `json:"paused"`
}

// Join is the table of predictions that wait for their labels.
type Join struct {
	Pending  int   `json:"pending"`
	Bytes    int64 `json:"bytes"`
	MaxBytes int64 `json:"max_bytes"`
	// Full tells that predictions are not admitted any more; their windows say insufficient.
	Full bool `json:"full"`
}

// Checkpoint is the newest durable state.
type Checkpoint struct {
	At         time.Time    `json:"at,omitzero"` // absent before the first, and so is its age
	AgeSeconds sinks.Number `json:"age_seconds,omitzero"`
	Bytes      int64        `json:"bytes"`
}

// Model is one monitored model version.
type Model struct {
	Name    string `json:"model"`
	Version string `json:"version"`
	Task    string `json:"task,omitempty"` // binary, multiclass, regression
	// State is the worst state of its rules.
	State rules.State `json:"state"`
	// Superseded tells that a newer version has taken over.
	Superseded bool         `json:"superseded"`
	Baseline   *Baseline    `json:"baseline,omitempty"` // absent if it has none
	Samples    uint64       `json:"samples"`            // predictions since the state began
	Labeled    uint64       `json:"labeled"`            // of these, with a label
	LastEvent  sinks.Moment `json:"last_event,omitzero"`
}

// Baseline is what a model version is compared with.
type Baseline struct {
	Path    string    `json:"path"`
	Created time.Time `json:"created,omitzero"`
	Samples uint64    `json:"samples"`
}

// Rule is where a rule stands for one subject.
type Rule struct {
	Rule      string         `json:"rule"`
	Model     string         `json:"model"`
	Version   string         `json:"version"`
	Segment   sinks.Segment  `json:"segment"`
	Window    string         `json:"window"`
	Column    string         `json:"column,omitempty"`
	Class     string         `json:"class,omitempty"`
	Severity  rules.Severity `json:"severity"`
	State     rules.State    `json:"state"`
	Measure   string         `json:"measure"`
	Value     sinks.Number   `json:"value,omitzero"`
	Threshold sinks.Number   `json:"threshold,omitzero"`
	Since     sinks.Moment   `json:"since,omitzero"` // start of the streak it is in
	Evaluated sinks.Moment   `json:"evaluated,omitzero"`
}

// Incident is a group of firing rules of one model.
type Incident struct {
	ID         string         `json:"id"`
	Model      string         `json:"model"`
	Severity   rules.Severity `json:"severity"` // the highest so far
	OpenedAt   sinks.Moment   `json:"opened_at,omitzero"`
	ResolvedAt *sinks.Moment  `json:"resolved_at,omitempty"` // absent as long as it is open
	Rules      []string       `json:"rules"`                 // that are firing
	Timeline   []Entry        `json:"timeline"`              // oldest first
}

// Entry is one line of an incident's timeline.
type Entry struct {
	At   sinks.Moment `json:"at,omitzero"`
	Text string       `json:"text"`
}

// Retrain is one retrain request.
type Retrain struct {
	ID      string `json:"id"`
	Model   string `json:"model"`
	Version string `json:"version"` // the version to be replaced
	State   string `json:"state"`
	Rule    string `json:"rule,omitempty"`
	Reason  string `json:"reason,omitempty"`
	// RequestedAt is event time, Deadline the wall clock.
	RequestedAt   sinks.Moment `json:"requested_at,omitzero"`
	Deadline      time.Time    `json:"deadline,omitzero"`
	TrainingStart sinks.Moment `json:"training_start,omitzero"`
	TrainingEnd   sinks.Moment `json:"training_end,omitzero"`
}

// Refused is a sample of a record that was refused. Its bytes are a stranger's.
type Refused struct {
	Topic     string    `json:"topic"`
	Partition int       `json:"partition"`
	Offset    int64     `json:"offset"`
	At        time.Time `json:"at,omitzero"`
	Reason    string    `json:"reason"`
	Value     []byte    `json:"value"` // base64 in JSON; the beginning, if it was long
}
