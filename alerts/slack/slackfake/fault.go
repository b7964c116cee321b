package slackfake

import (
	"net/http"
	"strconv"
	"time"
)

// Fault is one scripted failure. Each is used up by one call.
type Fault struct {
	// Method is the call it strikes, such as "chat.update", or "webhook"; empty: the next, whatever it is.
	Method string
	// Status answers with this HTTP status, and RetryAfter with that header; 0: see Error.
	Status     int
	RetryAfter time.Duration
	// Error answers with HTTP 200, ok false and this error.
	Error string
	// After does what was asked, and only then fails: the answer is lost, the message is not.
	After bool
	// Cut breaks the connection instead of answering.
	Cut bool
}

// Script appends failures to those that wait for their call.
func (s *Server) Script(faults ...Fault) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faults = append(s.faults, faults...)
}

// fault takes the first fault that fits the call, nil if there is none. Requires s.mu.
func (s *Server) fault(method string) *Fault {
	for i, f := range s.faults {
		if f.Method == "" || f.Method == method {
			s.faults = append(s.faults[:i:i], s.faults[i+1:]...)
			return &f
		}
	}
	return nil
}

// fail answers as the fault says.
func (f *Fault) fail(w http.ResponseWriter) {
	switch {
	case f.Cut:
		panic(http.ErrAbortHandler) // net/http's way to break a connection
	case f.Status != 0:
		if f.RetryAfter > 0 {
			w.Header().Set("Retry-After", strconv.Itoa(int(f.RetryAfter.Seconds())))
		}
		http.Error(w, http.StatusText(f.Status), f.Status)
	default:
		answer(w, reply{Error: f.Error})
	}
}
