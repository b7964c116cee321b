//go:build integration

package integration

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/anchorwatch/anchorwatch/alerts/retrain"
	"github.com/anchorwatch/anchorwatch/alerts/retrain/retrainfake"
	"github.com/anchorwatch/anchorwatch/alerts/slack/slackfake"
)

const (
	slackToken    = "xoxb-integration"
	slackChannel  = "C0ALERTS"
	retrainSecret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
)

// receivers are the other ends of the agent's HTTP: a Slack-shaped workspace and a training pipeline.
type receivers struct {
	url     string
	slack   *slackfake.Server
	trainer *retrainfake.Receiver
}

func newReceivers(t *testing.T) *receivers {
	t.Helper()
	signer, err := retrain.NewSigner(retrainSecret)
	if err != nil {
		t.Fatal(err)
	}
	r := &receivers{slack: slackfake.New(slackfake.Options{Token: slackToken, Channels: []string{slackChannel}, MessagesPerSecond: 20, Now: time.Now})}
	if r.trainer, err = retrainfake.New(retrainfake.Options{Signer: signer, Now: time.Now}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(r.trainer.Close)
	mux := http.NewServeMux()
	mux.Handle("/api/", r.slack)
	mux.Handle("POST /retrain", r.trainer)
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	r.url = server.URL
	return r
}

// requests returns the retrain requests that were taken, without repetitions, and how many repetitions there were.
func (r *receivers) requests() (ids []string, repeated int) {
	for _, request := range r.trainer.Requests() {
		switch {
		case request.Duplicate:
			repeated++
		case request.Refused == "":
			ids = append(ids, request.Event.Data.RequestID)
		}
	}
	return ids, repeated
}

// shown returns the workspace as a person reads it, for messages of failed tests.
func (r *receivers) shown() string {
	var b strings.Builder
	_ = r.slack.Render(&b)
	return b.String()
}
