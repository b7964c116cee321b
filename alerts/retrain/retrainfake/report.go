package retrainfake

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strconv"

	"github.com/anchorwatch/anchorwatch/alerts/retrain"
)

// Running reports that the training for a request is running.
func (r *Receiver) Running(ctx context.Context, request Received) error {
	return r.Report(ctx, request, retrain.Callback{Status: retrain.StatusRunning})
}

// Succeeded reports that the training has made a version.
func (r *Receiver) Succeeded(ctx context.Context, request Received, version string) error {
	return r.Report(ctx, request, retrain.Callback{Status: retrain.StatusSucceeded, ModelVersion: version})
}

// Report posts a signed callback to the address in the request. The request's id is filled in. An answer other than 2xx
// is an error.
func (r *Receiver) Report(ctx context.Context, request Received, c retrain.Callback) error {
	if request.Event.Data.Callback == nil {
		return errors.New("report training: the request has no callback address")
	}
	c.RequestID = request.Event.Data.RequestID
	body, err := json.Marshal(c)
	if err != nil {
		return fmt.Errorf("report training: %w", err)
	}
	post, err := http.NewRequestWithContext(ctx, http.MethodPost, request.Event.Data.Callback.URL, bytes.NewReader(body))
	if err != nil {
		return fmt.Errorf("report training: %w", err)
	}
	post.Header.Set("Content-Type", "application/json")
	now := r.options.Now()
	id := "msg_" + string(c.Status) + "_" + c.RequestID + "_" + strconv.FormatInt(now.UnixNano(), 36)
	if err := r.options.Signer.Sign(post.Header, id, now, body); err != nil {
		return fmt.Errorf("report training: %w", err)
	}
	answer, err := r.client.Do(post)
	if err != nil {
		return fmt.Errorf("report training: %w", err)
	}
	defer func() { _ = answer.Body.Close() }()
	if answer.StatusCode < 200 || answer.StatusCode > 299 {
		return fmt.Errorf("report training: HTTP %d", answer.StatusCode)
	}
	return nil
}

// quote writes a JSON string.
func quote(s string) string {
	b, _ := json.Marshal(s) // a string always can be
	return string(b)
}
