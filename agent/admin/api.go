package admin

import (
	"encoding/json"
	"net/http"

	"github.com/rs/zerolog"

	"github.com/anchorwatch/anchorwatch/sinks"
)

// api answers the paths under /api/v1 with {"status":"success","data":…}, as Prometheus does. The filters model, version
// and window narrow what a path returns; a filter that fits nothing gives an empty list.
type api struct {
	views  Views
	logger zerolog.Logger
}

type answer struct {
	Status    string `json:"status"`
	Data      any    `json:"data,omitempty"`
	ErrorType string `json:"errorType,omitempty"`
	Error     string `json:"error,omitempty"`
}

// show returns a handler that answers with what pick takes from the snapshot.
func (a *api) show(pick func(*Snapshot, filter) any) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		snapshot := a.views.Snapshot()
		if snapshot == nil {
			a.fail(w, http.StatusServiceUnavailable, "unavailable", "the agent is starting")
			return
		}
		a.write(w, http.StatusOK, answer{Status: "success", Data: pick(snapshot, filterOf(r))})
	})
}

func (a *api) notFound(w http.ResponseWriter, _ *http.Request) {
	a.fail(w, http.StatusNotFound, "not_found", "no such path: there are /api/v1/models, windows, alerts, retrains and status")
}

func (a *api) refused(w http.ResponseWriter, _ *http.Request) {
	a.write(w, http.StatusOK, answer{Status: "success", Data: whole(a.views.Refused())})
}

func (a *api) fail(w http.ResponseWriter, code int, kind, text string) {
	a.write(w, code, answer{Status: "error", ErrorType: kind, Error: text})
}

func (a *api) write(w http.ResponseWriter, code int, body answer) {
	encoded, err := json.Marshal(body)
	if err != nil {
		a.logger.Error().Err(err).Msg("encode api answer")
		encoded, code = []byte(`{"status":"error","errorType":"internal","error":"the answer could not be encoded"}`), http.StatusInternalServerError
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(code)
	if _, err := w.Write(append(encoded, '\n')); err != nil {
		a.logger.Debug().Err(err).Msg("write api answer")
	}
}

// filter narrows an answer; an empty part fits everything, and so does one that the elements do not have.
type filter struct{ model, version, window string }

func filterOf(r *http.Request) filter {
	query := r.URL.Query()
	return filter{query.Get("model"), query.Get("version"), query.Get("window")}
}

func (f filter) fits(model, version, window string) bool {
	return fits(f.model, model) && fits(f.version, version) && fits(f.window, window)
}

func fits(want, got string) bool { return want == "" || want == got }

// list returns a copy of the elements to keep, never nil: an empty answer is [], not null.
func list[T any](all []T, keep func(T) bool) []T {
	kept := make([]T, 0, len(all))
	for _, element := range all {
		if keep(element) {
			kept = append(kept, element)
		}
	}
	return kept
}

func whole[T any](all []T) []T { return list(all, func(T) bool { return true }) }

func pickModels(s *Snapshot, f filter) any {
	return list(s.Models, func(m Model) bool { return f.fits(m.Name, m.Version, f.window) })
}

func pickWindows(s *Snapshot, f filter) any {
	return list(s.Windows, func(w sinks.Window) bool { return f.fits(w.Model, w.Version, w.Window.Name) })
}

func pickAlerts(s *Snapshot, f filter) any {
	incidents := list(s.Incidents, func(i Incident) bool { return fits(f.model, i.Model) })
	for i := range incidents {
		incidents[i].Rules, incidents[i].Timeline = whole(incidents[i].Rules), whole(incidents[i].Timeline)
	}
	return struct {
		Incidents []Incident `json:"incidents"`
		Rules     []Rule     `json:"rules"`
	}{incidents, list(s.Rules, func(r Rule) bool { return f.fits(r.Model, r.Version, r.Window) })}
}

func pickRetrains(s *Snapshot, f filter) any {
	return list(s.Retrains, func(r Retrain) bool { return f.fits(r.Model, r.Version, f.window) })
}

func pickStatus(s *Snapshot, _ filter) any {
	status := s.Status
	status.Partitions = whole(status.Partitions)
	return status
}
