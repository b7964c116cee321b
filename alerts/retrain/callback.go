package retrain

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"net/http"
	"sync"
	"time"

	"github.com/rs/zerolog"
	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"
)

// Callback is what a pipeline reports about a request.
type Callback struct {
	RequestID string `json:"request_id"`
	Status    Status `json:"status"`
	RunID     string `json:"run_id,omitempty"`
	RunURL    string `json:"run_url,omitempty"`
	// ModelVersion is the version that the run made; it is how that version is recognised when it appears.
	ModelVersion string  `json:"model_version,omitempty"`
	Metrics      Metrics `json:"metrics,omitempty"`
}

// Status is how far a run is.
type Status string

// The statuses. A pipeline may write "finished" for "succeeded".
const (
	StatusRunning   Status = "running"
	StatusSucceeded Status = "succeeded"
	StatusFailed    Status = "failed"
)

// Metrics are numbers a pipeline tells about its run.
type Metrics map[string]float64

// maxMetrics bounds what is kept of them.
const maxMetrics = 50

// UnmarshalJSON keeps the numbers of an object, at most fifty, and passes over everything else: a report must not be lost
// for its ornaments.
func (m *Metrics) UnmarshalJSON(data []byte) error {
	*m = nil
	var raw map[string]json.RawMessage
	if json.Unmarshal(data, &raw) != nil {
		return nil //nolint:nilerr // whatever is no object holds no metrics
	}
	for name, value := range raw {
		var number *float64
		if json.Unmarshal(value, &number) == nil && number != nil && !math.IsInf(*number, 0) && len(*m) < maxMetrics {
			if *m == nil {
				*m = Metrics{}
			}
			(*m)[name] = *number
		}
	}
	return nil
}

// ParseCallback reads a callback. Unknown fields are passed over; a run's address is kept if it is an http or https URL.
func ParseCallback(body []byte) (Callback, error) {
	var c Callback
	if err := json.Unmarshal(body, &c); err != nil {
		return Callback{}, fmt.Errorf("read callback: %w", err)
	}
	if c.Status == "finished" {
		c.Status = StatusSucceeded
	}
	switch {
	case c.RequestID == "" || len(c.RequestID) > maxRunID:
		return Callback{}, errors.New("read callback: request_id is missing or too long")
	case c.Status != StatusRunning && c.Status != StatusSucceeded && c.Status != StatusFailed:
		return Callback{}, errors.New(`read callback: status: want "running", "succeeded" or "failed"`)
	}
	c.RunID, c.RunURL, c.ModelVersion = runID(c.RunID), runURL(c.RunURL), runID(c.ModelVersion)
	return c, nil
}

const (
	maxCallback  = 1 << 20         // bytes of a body
	answerWithin = 3 * time.Second // what senders of webhooks expect
	maxSeenIDs   = 10_000
)

// CallbackOptions are what the agent injects into a CallbackHandler.
type CallbackOptions struct {
	Signer *Signer
	// Accept makes a callback durable and hands it to the desk; a 2xx is answered only after it returns nil. It is called
	// concurrently, and for a repetition again if the first answer did not reach the sender's records. Errors that wrap
	// ErrUnknownRequest and ErrRequestEnded are answered 404 and 409, any other 503: the sender tries again.
	Accept func(ctx context.Context, c Callback) error
	Now    func() time.Time
	Logger zerolog.Logger
}

// CallbackHandler hears the pipeline. It takes a POST of a Callback, signed with the secret of the requests, and answers
//
//	202  it is durable, or was already
//	400  it is not a callback
//	401  signature, timestamp or webhook-id are wrong or missing
//	404  no such request
//	405  another method than POST
//	409  the request has ended otherwise
//	413  more than 1 MiB
//	503  it could not be made durable; try again
//
// It wants a listener of its own, apart from the pages and their passwords.
type CallbackHandler struct {
	options CallbackOptions
	seen    seenIDs
}

// NewCallbackHandler returns a handler for the callback listener. All options but Logger are required.
func NewCallbackHandler(options CallbackOptions) (*CallbackHandler, error) {
	if options.Signer == nil || options.Accept == nil || options.Now == nil {
		return nil, errors.New("callback handler: want a signer, Accept and a clock")
	}
	return &CallbackHandler{options: options}, nil
}

// ServeHTTP implements http.Handler.
func (h *CallbackHandler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	code, err := h.serve(w, r)
	if err == nil {
		w.WriteHeader(code)
		return
	}
	h.options.Logger.Warn().Int("status", code).Err(err).Msg("retrain callback refused")
	if code == http.StatusServiceUnavailable {
		w.Header().Set("Retry-After", "5")
		err = errors.New("not durable yet, try again") // the cause is ours alone
	}
	http.Error(w, err.Error(), code)
}

// serve returns the status to answer, and why if that is no success.
func (h *CallbackHandler) serve(w http.ResponseWriter, r *http.Request) (int, error) {
	if r.Method != http.MethodPost {
		w.Header().Set("Allow", http.MethodPost)
		return http.StatusMethodNotAllowed, errors.New("want POST")
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxCallback))
	_, large := errors.AsType[*http.MaxBytesError](err)
	switch {
	case large:
		return http.StatusRequestEntityTooLarge, errors.New("more than 1 MiB")
	case err != nil:
		return http.StatusBadRequest, errors.New("the body could not be read")
	}
	now := h.options.Now()
	if err := h.options.Signer.Verify(r.Header, body, now); err != nil {
		return http.StatusUnauthorized, err
	}
	id := r.Header.Get(standardwebhooks.HeaderWebhookID)
	if h.seen.has(id, now) {
		return http.StatusAccepted, nil
	}
	callback, err := ParseCallback(body)
	if err != nil {
		return http.StatusBadRequest, err
	}
	if code, err := h.accept(r.Context(), callback); err != nil {
		return code, err
	}
	h.seen.add(id, now)
	return http.StatusAccepted, nil
}

func (h *CallbackHandler) accept(ctx context.Context, c Callback) (int, error) {
	ctx, cancel := context.WithTimeout(ctx, answerWithin)
	defer cancel()
	err := h.options.Accept(ctx, c)
	switch {
	case err == nil:
		return http.StatusAccepted, nil
	case errors.Is(err, ErrUnknownRequest):
		return http.StatusNotFound, ErrUnknownRequest
	case errors.Is(err, ErrRequestEnded):
		return http.StatusConflict, ErrRequestEnded
	}
	return http.StatusServiceUnavailable, fmt.Errorf("accept callback: %w", err)
}

// seenIDs remembers the messages that were accepted for as long as their timestamps would be: a message cannot be played
// again. Only messages with a good signature get in. Beyond the limit the oldest is forgotten, which is harmless: the
// desk hears a repeated status without effect.
type seenIDs struct {
	mu    sync.Mutex
	until map[string]time.Time
	order []string // oldest first
}

func (s *seenIDs) has(id string, now time.Time) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return now.Before(s.until[id])
}

func (s *seenIDs) add(id string, now time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for len(s.order) > 0 && (len(s.order) >= maxSeenIDs || !now.Before(s.until[s.order[0]])) {
		delete(s.until, s.order[0])
		s.order = s.order[1:]
	}
	if s.until == nil {
		s.until = map[string]time.Time{}
	}
	if _, known := s.until[id]; !known {
		s.order = append(s.order, id)
	}
	// A timestamp may lie ahead by the tolerance, and is then good for twice as long.
	s.until[id] = now.Add(2*SignatureTolerance + time.Second)
}
