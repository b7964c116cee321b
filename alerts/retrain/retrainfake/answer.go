package retrainfake

import (
	"net/http"
	"strings"
)

// Answer is one scripted answer to a request.
type Answer struct {
	Status     int
	RetryAfter string // header, as written
	Location   string // header, for redirects
	Body       string
	// Hang processes the request and never answers: the sender's timeout ends it.
	Hang bool
}

// Accept is 202 with the run's name and address in the body; either may be empty.
func Accept(runID, runURL string) Answer {
	return Answer{Status: http.StatusAccepted, Body: `{"run_id":` + quote(runID) + `,"run_url":` + quote(runURL) + `}`}
}

// Fail is a bare status.
func Fail(status int) Answer { return Answer{Status: status} }

// Busy is a status with a Retry-After header.
func Busy(status int, retryAfter string) Answer {
	return Answer{Status: status, RetryAfter: retryAfter}
}

// Redirect is 307 to another address.
func Redirect(to string) Answer { return Answer{Status: http.StatusTemporaryRedirect, Location: to} }

// Flood is 200 with a body of that many bytes.
func Flood(bytes int) Answer {
	return Answer{Status: http.StatusOK, Body: strings.Repeat("x", bytes)}
}

// Hang is no answer at all.
func Hang() Answer { return Answer{Hang: true} }

func (a Answer) write(w http.ResponseWriter) {
	if a.RetryAfter != "" {
		w.Header().Set("Retry-After", a.RetryAfter)
	}
	if a.Location != "" {
		w.Header().Set("Location", a.Location)
	}
	w.WriteHeader(a.Status)
	_, _ = w.Write([]byte(a.Body))
}
