package retrainfake

import (
	"encoding/json"
	"errors"
	"io"
	"mime"
	"net/http"
	"slices"
	"strconv"
	"sync"
	"time"

	"github.com/anchorwatch/anchorwatch/alerts/retrain"
)

// maxBody is the size above which a request is refused; the sender aims at 20 kB.
const maxBody = 64 << 10

// Options are what a Receiver needs.
type Options struct {
	Signer *retrain.Signer // knows the secret that requests are signed with, and signs the reports
	Now    func() time.Time
	// OnRequest is called for every request that was verified, is no repetition and was answered 2xx, after the answer
	// has been written. It must not block for long; nil: nothing.
	OnRequest func(Received)
}

// Received is one HTTP request as it came, whatever was answered.
type Received struct {
	At     time.Time
	Method string
	Header http.Header
	Body   []byte
	Event  retrain.CloudEvent // zero if Refused
	// Refused is why the request was not trusted, empty if it was.
	Refused   string
	Duplicate bool // a webhook-id seen before
	Status    int  // what was answered; 0 if nothing was
}

// Receiver is the pipeline's end of the webhook. It is safe for concurrent use.
type Receiver struct {
	options Options
	client  *http.Client

	mu       sync.Mutex
	script   []Answer
	requests []Received
	runs     map[string]string // by webhook-id: the runs of the requests that were taken
}

// New returns a receiver that accepts every verified request as run "run-1", "run-2" and so on, and answers 409 with the
// same run to a repetition.
func New(options Options) (*Receiver, error) {
	if options.Signer == nil || options.Now == nil {
		return nil, errors.New("retrain receiver: want a signer and a clock")
	}
	client := &http.Client{Timeout: 10 * time.Second, Transport: &http.Transport{MaxIdleConns: 1}}
	return &Receiver{options: options, client: client, runs: map[string]string{}}, nil
}

// Close releases idle connections.
func (r *Receiver) Close() { r.client.CloseIdleConnections() }

// Script appends answers for the next verified requests, one each, repetitions included. Behind its end the receiver
// accepts.
func (r *Receiver) Script(answers ...Answer) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.script = append(r.script, answers...)
}

// Requests returns everything that came, in order.
func (r *Receiver) Requests() []Received {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.requests)
}

// ServeHTTP implements http.Handler.
func (r *Receiver) ServeHTTP(w http.ResponseWriter, request *http.Request) {
	received := Received{At: r.options.Now(), Method: request.Method, Header: request.Header.Clone()}
	refusal := r.read(&received, w, request)
	answer := r.record(&received, refusal)
	if answer.Hang {
		<-request.Context().Done()
		return
	}
	answer.write(w)
	if good := answer.Status >= 200 && answer.Status <= 299; good && !received.Duplicate && r.options.OnRequest != nil {
		_ = http.NewResponseController(w).Flush() // the sender has its answer first
		r.options.OnRequest(received)
	}
}

// read verifies a request and returns the status to refuse it with, 0 if it can be trusted.
func (r *Receiver) read(received *Received, w http.ResponseWriter, request *http.Request) int {
	body, err := io.ReadAll(http.MaxBytesReader(w, request.Body, maxBody))
	received.Body = body
	media, _, _ := mime.ParseMediaType(request.Header.Get("Content-Type"))
	switch {
	case request.Method != http.MethodPost:
		received.Refused = "want POST"
		return http.StatusMethodNotAllowed
	case err != nil:
		received.Refused = "body: " + err.Error()
		return http.StatusRequestEntityTooLarge
	case media != "application/cloudevents+json":
		received.Refused = "want a structured CloudEvent, got " + media
		return http.StatusUnsupportedMediaType
	}
	if err := r.options.Signer.Verify(request.Header, body, received.At); err != nil {
		received.Refused = err.Error()
		return http.StatusUnauthorized
	}
	if received.Refused = readEvent(body, request.Header, &received.Event); received.Refused != "" {
		return http.StatusBadRequest
	}
	return 0
}

// readEvent reads the body and returns what is wrong with it.
func readEvent(body []byte, header http.Header, event *retrain.CloudEvent) string {
	var read retrain.CloudEvent
	if err := json.Unmarshal(body, &read); err != nil {
		return "body: " + err.Error()
	}
	switch {
	case read.SpecVersion != "1.0" || read.ID == "" || read.Source == "" || read.Type != retrain.EventType:
		return "body: not a CloudEvent 1.0 of type " + retrain.EventType
	case header.Get("webhook-id") != read.ID:
		return "webhook-id is not the event's id"
	case header.Get("Idempotency-Key") != read.Data.RequestID:
		return "Idempotency-Key is not the request's id"
	}
	*event = read
	return ""
}

// record files a request and takes its answer from the script.
func (r *Receiver) record(received *Received, refusal int) Answer {
	r.mu.Lock()
	defer r.mu.Unlock()
	answer := Answer{Status: refusal, Body: received.Refused}
	if refusal == 0 {
		answer = r.next(received)
	}
	received.Status = answer.Status
	r.requests = append(r.requests, *received)
	return answer
}

// next takes the next answer from the script, and behind its end makes one.
func (r *Receiver) next(received *Received) Answer {
	id := received.Event.ID
	run, known := r.runs[id]
	received.Duplicate = known
	if !known {
		run = "run-" + strconv.Itoa(len(r.runs)+1)
	}
	answer := Accept(run, "")
	switch {
	case len(r.script) > 0:
		answer = r.script[0]
		r.script = r.script[1:]
	case known:
		answer.Status = http.StatusConflict
	}
	if good := answer.Status >= 200 && answer.Status <= 299; good || answer.Hang {
		r.runs[id] = run
	}
	return answer
}
