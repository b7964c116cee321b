package retrain

import (
	"bytes"
	"cmp"
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"github.com/rs/zerolog"

	"github.com/anchorwatch/anchorwatch/alerts"
)

const (
	contentType = "application/cloudevents+json"
	// maxAnswer is how much of an answer is read; a longer one is an answer all the same, but tells no run.
	maxAnswer = 64 << 10
	// maxRetryAfter caps how long a destination may ask to be left alone.
	maxRetryAfter = time.Hour
)

// WebhookOptions are what the agent injects into a Webhook.
type WebhookOptions struct {
	// URL is where requests go: http or https. It may hold secrets; only its scheme and host are ever shown.
	URL    string
	Signer *Signer
	// Timeout bounds one attempt; default 30 s.
	Timeout time.Duration
	// DenyPrivate also refuses private and loopback addresses. Link-local, metadata, multicast and unspecified addresses
	// are refused always.
	DenyPrivate bool
	// TLS is the client's side of https; nil: verify with the system's roots. TLS 1.2 is the least in any case.
	TLS *tls.Config
	// DryRun logs requests instead of sending them.
	DryRun bool
	Now    func() time.Time
	Logger zerolog.Logger
}

// Webhook is the alerts.Notifier that posts requests to a pipeline. It follows no redirects and uses no proxy. A request
// arrives at least once: the pipeline knows a repetition by webhook-id, or by the header Idempotency-Key, which is the
// request's id.
type Webhook struct {
	options WebhookOptions
	address string // what errors and logs show of the URL
	client  *http.Client
}

var _ alerts.Notifier = (*Webhook)(nil)

// NewWebhook checks the options; it connects nowhere.
func NewWebhook(options WebhookOptions) (*Webhook, error) {
	u, err := url.Parse(options.URL)
	switch {
	case err != nil: // the cause would quote the URL
		return nil, errors.New("retrain url: not a URL")
	case (u.Scheme != "http" && u.Scheme != "https") || u.Host == "":
		return nil, errors.New("retrain url: want http://host/… or https://host/…")
	case options.Signer == nil:
		return nil, errors.New("retrain webhook: no signer")
	case options.Now == nil:
		return nil, errors.New("retrain webhook: no clock")
	}
	config := &tls.Config{MinVersion: tls.VersionTLS12}
	if options.TLS != nil {
		config = options.TLS.Clone()
		config.MinVersion = max(config.MinVersion, tls.VersionTLS12)
	}
	dialer := &net.Dialer{Timeout: 10 * time.Second, Control: guard{options.DenyPrivate}.control}
	return &Webhook{
		options: options,
		address: u.Scheme + "://" + u.Host,
		client: &http.Client{
			Timeout:       cmp.Or(options.Timeout, 30*time.Second),
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
			Transport: &http.Transport{
				DialContext: dialer.DialContext, TLSClientConfig: config,
				MaxIdleConns: 1, IdleConnTimeout: time.Minute,
			},
		},
	}, nil
}

// Notify posts one entry, whose payload is the body, and returns a Receipt. Each attempt is signed anew. What the answer
// means: 2xx and 409 (the pipeline has the request already) are success; 408, 425, 429, 5xx and a failing network are
// retryable; any other answer, redirects among them, and a refused address are final.
func (w *Webhook) Notify(ctx context.Context, entry alerts.Entry, _ json.RawMessage) (json.RawMessage, error) {
	var event CloudEvent
	if err := json.Unmarshal(entry.Payload, &event); err != nil {
		return nil, fmt.Errorf("read retrain request: %w", err)
	}
	if w.options.DryRun || event.Data.DryRun {
		w.options.Logger.Info().Str("model", event.Data.Model).Str("request_id", entry.Key).RawJSON("request", entry.Payload).
			Msg("retrain dry run")
		return json.Marshal(Receipt{DryRun: true})
	}
	receipt, err := w.post(ctx, entry)
	if err != nil {
		return nil, err
	}
	return json.Marshal(receipt)
}

// Close releases idle connections. A request under way is not interrupted; its context does that.
func (w *Webhook) Close() { w.client.CloseIdleConnections() }

func (w *Webhook) post(ctx context.Context, entry alerts.Entry) (Receipt, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, w.options.URL, bytes.NewReader(entry.Payload))
	if err != nil {
		return Receipt{}, fmt.Errorf("post to %s: not a valid request", w.address)
	}
	request.Header.Set("Content-Type", contentType)
	request.Header.Set("User-Agent", "anchorwatch")
	request.Header.Set("Idempotency-Key", entry.Key)
	if err := w.options.Signer.Sign(request.Header, entry.ID, w.options.Now(), entry.Payload); err != nil {
		return Receipt{}, err
	}
	response, err := w.client.Do(request)
	if err != nil {
		return Receipt{}, w.unreachable(err)
	}
	defer func() { _ = response.Body.Close() }()
	return w.answer(response)
}

// answer classifies a response. Its body is read for a run's id and address, and never passed on.
func (w *Webhook) answer(response *http.Response) (Receipt, error) {
	code := response.StatusCode
	switch {
	case code >= 200 && code <= 299, code == http.StatusConflict:
		receipt := readAnswer(response.Body)
		receipt.Status, receipt.Duplicate, receipt.DryRun = code, code == http.StatusConflict, false
		return receipt, nil
	case code == http.StatusRequestTimeout, code == http.StatusTooEarly, code == http.StatusTooManyRequests, code >= 500:
		err := fmt.Errorf("post to %s: HTTP %d", w.address, code)
		return Receipt{}, &alerts.Retryable{After: retryAfter(response.Header.Get("Retry-After"), w.options.Now()), Err: err}
	case code >= 300 && code <= 399:
		return Receipt{}, fmt.Errorf("post to %s: HTTP %d: redirects are not followed", w.address, code)
	}
	return Receipt{}, fmt.Errorf("post to %s: HTTP %d", w.address, code)
}

// unreachable classifies a failure below HTTP. The url.Error around it would show the whole URL.
func (w *Webhook) unreachable(err error) error {
	if wrapped, ok := errors.AsType[*url.Error](err); ok {
		err = wrapped.Err
	}
	err = fmt.Errorf("post to %s: %w", w.address, err)
	if _, denied := errors.AsType[*deniedError](err); denied {
		return err
	}
	return &alerts.Retryable{Err: err}
}

// readAnswer reads {"run_id":"…","run_url":"…"} if that is what the answer is.
func readAnswer(body io.Reader) Receipt {
	data, err := io.ReadAll(io.LimitReader(body, maxAnswer+1))
	if err != nil || len(data) > maxAnswer {
		return Receipt{}
	}
	return readReceipt(data)
}

// retryAfter reads the header in either of its forms, seconds or an HTTP date; 0 if there is none or it has passed.
func retryAfter(header string, now time.Time) time.Duration {
	if seconds, err := strconv.ParseInt(header, 10, 64); err == nil {
		return time.Duration(min(max(seconds, 0), int64(maxRetryAfter/time.Second))) * time.Second
	}
	if date, err := http.ParseTime(header); err == nil {
		return min(max(date.Sub(now), 0), maxRetryAfter)
	}
	return 0
}
