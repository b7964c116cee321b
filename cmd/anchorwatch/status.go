package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/alecthomas/kingpin/v2"

	"github.com/anchorwatch/anchorwatch/agent/admin"
	"github.com/anchorwatch/anchorwatch/sinks"
)

// statusCommand asks a running agent whether it sees, how far, and why it is silent.
func statusCommand(app *kingpin.Application) (*kingpin.CmdClause, action) {
	clause := app.Command("status", "Ask a running agent: is it seeing, how far, and why does it not page.")
	url := urlFlag(clause)
	asJSON := clause.Flag("json", "Print the answer of the API.").Bool()
	return clause, func(ctx context.Context, stdout, _ io.Writer) error {
		var status admin.Status
		raw, err := get(ctx, *url+"/api/v1/status", &status)
		if err != nil {
			return err
		}
		if *asJSON {
			_, err := fmt.Fprintf(stdout, "%s\n", raw)
			return err
		}
		var models []admin.Model
		if _, err := get(ctx, *url+"/api/v1/models", &models); err != nil {
			return err
		}
		printStatus(stdout, status, models)
		return nil
	}
}

// healthcheckCommand is for images without a shell.
func healthcheckCommand(app *kingpin.Application) (*kingpin.CmdClause, action) {
	clause := app.Command("healthcheck", "Exit 0 if the agent on this machine is healthy, 1 if not.")
	url := urlFlag(clause)
	return clause, func(ctx context.Context, stdout, _ io.Writer) error {
		body, err := fetch(ctx, *url+"/-/healthy")
		if err == nil {
			_, err = fmt.Fprintf(stdout, "%s\n", strings.TrimSpace(string(body)))
		}
		return err
	}
}

// urlFlag adds the address of the loopback listener, which never asks for a password.
func urlFlag(clause *kingpin.CmdClause) *string {
	return clause.Flag("url", "The agent's admin listener.").Default("http://127.0.0.1:9465").String()
}

func fetch(ctx context.Context, url string) ([]byte, error) {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, http.NoBody)
	if err != nil {
		return nil, err
	}
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		return nil, fmt.Errorf("no agent answers: %w", err)
	}
	body, err := io.ReadAll(io.LimitReader(answer.Body, 16<<20))
	if err = errors.Join(err, answer.Body.Close()); err != nil {
		return nil, err
	}
	if answer.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("%s: %s", answer.Status, strings.TrimSpace(string(body)))
	}
	return body, nil
}

// get reads the data of an API answer.
func get(ctx context.Context, url string, into any) (json.RawMessage, error) {
	body, err := fetch(ctx, url)
	if err != nil {
		return nil, err
	}
	var envelope struct {
		Data json.RawMessage `json:"data"`
	}
	if err := json.Unmarshal(body, &envelope); err != nil {
		return nil, fmt.Errorf("%s: %w", url, err)
	}
	if err := json.Unmarshal(envelope.Data, into); err != nil {
		return nil, fmt.Errorf("%s: %w", url, err)
	}
	return envelope.Data, nil
}

func printStatus(w io.Writer, s admin.Status, models []admin.Model) {
	seeing := "caught up"
	switch {
	case len(s.Partitions) == 0:
		seeing = "it has no partition to read"
	case !s.CaughtUp:
		seeing = fmt.Sprintf("behind: the last record read is %s old", time.Duration(float64(s.LagSeconds)*float64(time.Second)).Round(time.Second))
	}
	fmt.Fprintf(w, "anchorwatch %s, %s, up %s: %s\n", s.Version, s.Environment, time.Duration(float64(s.UptimeSeconds)*float64(time.Second)).Round(time.Second), seeing)
	fmt.Fprintf(w, "event time: predictions %s, labels %s\n", moment(s.PredictionWatermark), moment(s.LabelWatermark))
	if s.NotPaging != "" {
		fmt.Fprintf(w, "not paging: %s\n", s.NotPaging)
	}
	fmt.Fprintf(w, "waiting for labels: %s; pending notices: %d\n", plural(s.Join.Pending, "prediction"), s.PendingNotices)
	for _, p := range s.Partitions {
		fmt.Fprintf(w, "  %s/%d at %d of %d, event time %s\n", p.Topic, p.Partition, p.Position, p.HighWatermark, moment(p.Watermark))
	}
	printRefused(w, s.Refused)
	for _, m := range models {
		state := string(m.State)
		if m.Superseded {
			state += ", superseded"
		}
		if m.Baseline == nil {
			state += ", no baseline"
		}
		fmt.Fprintf(w, "model %s version %s: %s; %s, %s labelled\n", m.Name, m.Version, state, plural(m.Samples, "prediction"), count(m.Labeled))
	}
}

// moment shows a time of the API's answer, where an unknown one is absent and so reads as 0.
func moment(m sinks.Moment) string {
	if m == 0 || m.IsZero() {
		return "unknown"
	}
	return m.Time().Format(time.DateTime)
}
