package retrain

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/anchorwatch/anchorwatch/alerts"
)

// The CloudEvents attributes of a request. The schema's version is part of its name.
const (
	EventType   = "anchorwatch.retrain.requested"
	EventSchema = "urn:anchorwatch:schema:retrain-requested:1"
)

// CloudEvent is the body of a request: a structured CloudEvent 1.0.
type CloudEvent struct {
	SpecVersion     string    `json:"specversion"`
	ID              string    `json:"id"` // also the webhook-id
	Source          string    `json:"source"`
	Type            string    `json:"type"`
	Subject         string    `json:"subject"` // the model
	Time            time.Time `json:"time"`    // event time at which the request was made
	DataContentType string    `json:"datacontenttype"`
	DataSchema      string    `json:"dataschema"`
	Data            Order     `json:"data"`
}

// Order is what a pipeline is asked to do.
type Order struct {
	RequestID    string         `json:"request_id"`
	Model        string         `json:"model"`
	ModelVersion string         `json:"model_version"` // the version that fails
	Environment  string         `json:"environment"`
	Reason       OrderReason    `json:"reason"`
	TrainingData Training       `json:"training_data"`
	BaselineID   string         `json:"baseline_id"`
	EvidenceURL  string         `json:"evidence_url,omitempty"`
	DryRun       bool           `json:"dry_run"`
	RequestedBy  string         `json:"requested_by"`
	Attempt      int            `json:"attempt"`
	Callback     *OrderCallback `json:"callback,omitempty"`
}

// OrderReason is why retraining is asked for: the first rule that fired, and all of them with what they measured.
type OrderReason struct {
	Rule    string   `json:"rule"`
	Signals []Signal `json:"signals"`
}

// OrderCallback is where the pipeline may report; see Callback.
type OrderCallback struct {
	URL string `json:"url"`
}

// entry renders a request for the outbox. The bytes stay the same over retries and restarts.
func (d *Desk) entry(r *Request, m moment) alerts.Entry {
	order := Order{
		RequestID: r.ID, Model: r.Model, ModelVersion: r.Version, Environment: r.Environment,
		Reason:       OrderReason{Rule: r.Signals[0].Rule, Signals: r.Signals},
		TrainingData: r.Training, BaselineID: r.BaselineID, EvidenceURL: r.EvidenceURL, DryRun: r.DryRun,
		RequestedBy: d.options.RequestedBy, Attempt: r.Attempt,
	}
	if d.options.CallbackURL != "" {
		order.Callback = &OrderCallback{URL: d.options.CallbackURL}
	}
	payload, err := json.Marshal(CloudEvent{
		SpecVersion: "1.0", ID: r.entryID(), Source: source(r.Environment, r.Model), Type: EventType, Subject: r.Model,
		Time: m.at.Time(), DataContentType: "application/json", DataSchema: EventSchema, Data: order,
	})
	if err != nil { // signals hold finite numbers, instants are clamped to writable years
		panic(fmt.Sprintf("retrain: a request must be writable as JSON: %v", err))
	}
	return alerts.Entry{
		ID: r.entryID(), Destination: d.options.Destination, Key: r.ID, Payload: payload, Created: m.at, NotAfter: r.Deadline,
	}
}
