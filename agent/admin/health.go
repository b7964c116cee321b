package admin

import (
	"io"
	"net/http"
	"time"
)

// heartbeatLimit is the age of the newest snapshot from which the main loop counts as stuck.
const heartbeatLimit = time.Minute

// healthy answers whether the process does its work: 200 while the main loop publishes snapshots, and while it has not
// begun, because restoring may take long. Kafka has no say: restarting the agent does not mend a broker.
func healthy(views Views, now func() time.Time) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		snapshot := views.Snapshot()
		if snapshot != nil && now().Sub(snapshot.At) > heartbeatLimit {
			probe(w, http.StatusServiceUnavailable, "the main loop is stuck\n")
			return
		}
		probe(w, http.StatusOK, "healthy\n")
	}
}

// ready answers whether configuration, baselines and checkpoint are read. Kafka has no say: an unready sidecar would take
// its model server out of service.
func ready(views Views) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		snapshot := views.Snapshot()
		if snapshot == nil || !snapshot.Status.Ready {
			probe(w, http.StatusServiceUnavailable, "starting\n")
			return
		}
		probe(w, http.StatusOK, "ready\n")
	}
}

func probe(w http.ResponseWriter, code int, text string) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(code)
	_, _ = io.WriteString(w, text) // whoever asked has gone: there is nobody to tell
}
