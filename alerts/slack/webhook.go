package slack

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"

	slackgo "github.com/slack-go/slack"

	"github.com/anchorwatch/anchorwatch/alerts"
)

// Webhook posts through an incoming webhook: the degraded mode. Slack tells it nothing about what it posted, so it can
// neither edit nor thread: it posts when an incident opens, becomes a page, and ends, and leaves out the rest.
type Webhook struct {
	url    string
	client *http.Client
	render renderer
}

var _ alerts.Notifier = (*Webhook)(nil)

// NewWebhook returns a notifier for the webhook's URL, which is a secret.
func NewWebhook(url string, options Options) *Webhook {
	return &Webhook{url: url, client: options.client(), render: renderer{externalURL: options.ExternalURL}}
}

// Notify posts the incident's state if it is worth a message of its own. It has no receipt.
func (w *Webhook) Notify(ctx context.Context, entry alerts.Entry, _ json.RawMessage) (json.RawMessage, error) {
	var notice alerts.Notice
	if err := json.Unmarshal(entry.Payload, &notice); err != nil {
		return nil, fmt.Errorf("read notice: %w", err)
	}
	if notice.Kind == alerts.Updated || notice.Kind == alerts.Noted {
		return nil, nil
	}
	m := w.render.message(&notice)
	err := slackgo.PostWebhookCustomHTTPContext(ctx, w.url, w.client, m.webhook())
	if badRequest(err) {
		err = slackgo.PostWebhookCustomHTTPContext(ctx, w.url, w.client, m.plain().webhook())
	}
	return nil, classify("post to webhook", err)
}

// badRequest reports whether the webhook refused the message. It does not say why to slack-go's caller, so plain text is
// tried once before the alert is given up.
func badRequest(err error) bool {
	var status slackgo.StatusCodeError
	return errors.As(err, &status) && status.Code == http.StatusBadRequest
}
