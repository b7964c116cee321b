package slack

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"

	slackgo "github.com/slack-go/slack"

	"github.com/anchorwatch/anchorwatch/alerts"
)

// passing are the answers of the web API that another attempt may not get. Every other is final.
var passing = []string{
	"internal_error", "fatal_error", "service_unavailable", "request_timeout", "ratelimited", "rate_limited",
}

// unshowable are the answers that refuse the message's form, not its content: plain text is tried instead.
var unshowable = []string{"invalid_blocks", "invalid_blocks_format", "msg_blocks_too_long", "invalid_attachments"}

// gone are the answers to an edit that no later edit of the same message can avoid: it is posted afresh.
var gone = []string{"message_not_found", "cant_update_message", "edit_window_closed"}

// classify makes a failure of slack-go alerts.Retryable if it may pass: HTTP 408, 425, 429, 5xx, a connection that
// broke, an answer that is no answer. The error names the step, and never the URL or the token in it.
func classify(step string, err error) error {
	if err == nil {
		return nil
	}
	err = withoutURL(err)
	var (
		limited *slackgo.RateLimitedError
		status  slackgo.StatusCodeError
		refused slackgo.SlackErrorResponse
	)
	switch {
	case errors.As(err, &limited):
		return &alerts.Retryable{After: limited.RetryAfter, Err: fmt.Errorf("%s: %w", step, err)}
	case errors.As(err, &status):
		if !retryStatus(status.Code) {
			return fmt.Errorf("%s: HTTP %d", step, status.Code)
		}
		return &alerts.Retryable{Err: fmt.Errorf("%s: HTTP %d", step, status.Code)}
	case errors.As(err, &refused):
		told := fmt.Errorf("%s: %w%s", step, refused, details(refused))
		if slices.Contains(passing, refused.Err) {
			return &alerts.Retryable{Err: told}
		}
		return told
	}
	return &alerts.Retryable{Err: fmt.Errorf("%s: %w", step, err)}
}

func retryStatus(code int) bool {
	switch code {
	case http.StatusRequestTimeout, http.StatusTooEarly, http.StatusTooManyRequests:
		return true
	}
	return code >= http.StatusInternalServerError
}

// details are Slack's own words on what to mend.
func details(refused slackgo.SlackErrorResponse) string {
	var b strings.Builder
	if refused.Needed != "" {
		fmt.Fprintf(&b, ", needs scope %s, has %s", refused.Needed, refused.Provided)
	}
	for _, message := range refused.ResponseMetadata.Messages {
		fmt.Fprintf(&b, ", %s", clamp(message, 200))
	}
	return b.String()
}

// withoutURL returns the cause of a url.Error: its text holds the URL, and a webhook's URL is its password.
func withoutURL(err error) error {
	var failed *url.Error
	if !errors.As(err, &failed) {
		return err
	}
	var network net.Error
	if errors.As(failed.Err, &network) && network.Timeout() && !errors.Is(failed.Err, context.Canceled) {
		return errors.New("timed out")
	}
	return failed.Err
}

// answered reports whether the web API refused a call with one of the given answers.
func answered(err error, answers []string) bool {
	var refused slackgo.SlackErrorResponse
	return errors.As(err, &refused) && slices.Contains(answers, refused.Err)
}
