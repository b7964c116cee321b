package alertstest

import (
	"net/http"
	"net/http/httptest"
	"strconv"
	"testing"
	"time"

	"github.com/anchorwatch/anchorwatch/alerts"
)

// StatusCodes checks which answers of a destination a notifier calls retryable: those that may pass by themselves
// (timeouts, too early, too many, server errors, broken connections), and no other. A redirect is final and is not
// followed. The notifier is built for the base URL of a server that gives every request the same answer.
func StatusCodes(t *testing.T, build func(url string) alerts.Notifier, entry alerts.Entry) {
	t.Helper()
	tests := []struct {
		status     int
		retryAfter string
		retry      bool
		after      time.Duration
	}{
		{status: 301},
		{status: 302},
		{status: 307},
		{status: 308},
		{status: 400},
		{status: 401},
		{status: 403},
		{status: 404},
		{status: 405},
		{status: 410},
		{status: 413},
		{status: 422},
		{status: 408, retry: true},
		{status: 425, retry: true},
		{status: 429, retry: true},
		{status: 429, retryAfter: "30", retry: true, after: 30 * time.Second},
		{status: 429, retryAfter: "Sat, 21 Nov 2026 08:00:00 GMT", retry: true},
		{status: 500, retry: true},
		{status: 502, retry: true},
		{status: 503, retry: true},
		{status: 504, retry: true},
	}
	for _, test := range tests {
		t.Run(strconv.Itoa(test.status)+" "+test.retryAfter, func(t *testing.T) {
			followed := false
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if r.URL.Path == "/followed" {
					followed = true
				}
				if test.retryAfter != "" {
					w.Header().Set("Retry-After", test.retryAfter)
				}
				w.Header().Set("Location", "/followed")
				w.WriteHeader(test.status)
			}))
			defer server.Close()
			_, err := build(server.URL).Notify(t.Context(), entry, nil)
			if err == nil {
				t.Fatal("no error")
			}
			retry := alerts.AsRetryable(err)
			if (retry != nil) != test.retry {
				t.Fatalf("%v: retryable %t, want %t", err, retry != nil, test.retry)
			}
			if retry != nil && retry.After != test.after {
				t.Errorf("retry after %s, want %s", retry.After, test.after)
			}
			if followed {
				t.Error("the redirect was followed")
			}
		})
	}
	t.Run("connection cut", func(t *testing.T) {
		server := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {
			panic(http.ErrAbortHandler)
		}))
		defer server.Close()
		if _, err := build(server.URL).Notify(t.Context(), entry, nil); alerts.AsRetryable(err) == nil {
			t.Errorf("%v: want retryable", err)
		}
	})
	t.Run("nobody there", func(t *testing.T) {
		server := httptest.NewServer(nil)
		server.Close()
		if _, err := build(server.URL).Notify(t.Context(), entry, nil); alerts.AsRetryable(err) == nil {
			t.Errorf("%v: want retryable", err)
		}
	})
}
