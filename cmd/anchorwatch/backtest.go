package main

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/alecthomas/kingpin/v2"

	"github.com/anchorwatch/anchorwatch/agent"
	"github.com/anchorwatch/anchorwatch/agent/config"
	"github.com/anchorwatch/anchorwatch/alerts/retrain"
	"github.com/anchorwatch/anchorwatch/detectors/profile"
)

// backtestCommand replays files through the sidecar's own pipeline.
func backtestCommand(app *kingpin.Application) (*kingpin.CmdClause, action) {
	clause := app.Command("backtest", "Replay files through the same pipeline as run: what would have fired, and when.")
	file := configFlag(clause)
	predictions := clause.Flag("predictions", "NDJSON of prediction events, plain or gzip; repeatable.").Required().PlaceHolder("FILE").Strings()
	labels := clause.Flag("labels", "NDJSON of label events, plain or gzip; repeatable.").PlaceHolder("FILE").Strings()
	asJSON := clause.Flag("json", "Print every window, transition and retrain request as a line of JSON; the summary goes to stderr.").Bool()
	until := profile.Dusk
	clause.Flag("until", "Stop at this moment of event time: a date, or RFC 3339.").PlaceHolder("TIME").SetValue((*instant)(&until))
	speed := clause.Flag("speed", "Replay at this multiple of event time, such as 86400 for a day a second; 0: as fast as possible.").Default("0").Float64()
	logs := addLogFlags(clause)
	return clause, func(ctx context.Context, stdout, stderr io.Writer) error {
		c, err := printProblems(*file, stderr, config.LoadForReplay)
		if err != nil {
			return err
		}
		out := bufio.NewWriter(stdout)
		b := agent.Backtest{
			Config: c, Predictions: *predictions, Labels: *labels, Until: until, Log: logs.logger(stderr), Now: time.Now, Speed: *speed,
		}
		if *asJSON {
			b.Lines = out
		} else {
			b.Each = func(f agent.Finding, events []retrain.Event) { printFinding(out, f, events) }
		}
		summary, err := b.Run(ctx)
		if err != nil {
			return err
		}
		if err := out.Flush(); err != nil {
			return err
		}
		printSummary(stderr, summary)
		return nil
	}
}

// instant is the value of a flag that gives a time.
type instant profile.Instant

// Set reads it.
func (m *instant) Set(text string) error {
	if day, err := time.Parse(time.DateOnly, text); err == nil {
		*m = instant(profile.InstantOf(day))
		return nil
	}
	if err := (*profile.Instant)(m).UnmarshalText([]byte(text)); err != nil {
		return fmt.Errorf("%q is no time: use a date, or RFC 3339, such as 2026-11-21T07:00:00Z", text)
	}
	return nil
}

func (m *instant) String() string { return profile.Instant(*m).String() }

// printFinding tells people what happened, a line each.
func printFinding(w io.Writer, f agent.Finding, events []retrain.Event) {
	for _, t := range f.Transitions {
		subject := t.Rule
		if t.Column != "" {
			subject += " of " + t.Column
		}
		fmt.Fprintf(w, "%s  %-9s %-7s %s v%s: %s %.4g, limit %.4g\n",
			t.At.Time().Format(time.DateTime), t.Kind, t.Severity, t.Model, t.Version, subject+", "+t.Measure, t.Value, t.Threshold)
	}
	for _, c := range f.Contradictions {
		fmt.Fprintf(w, "%s  %-9s %-7s %s v%s: on final labels %s is %.4g, not %.4g\n",
			c.Told.At.Time().Format(time.DateTime), "note", "", c.Told.Model, c.Told.Version, c.Told.Measure, c.Value, c.Told.Value)
	}
	for _, e := range events {
		if e.Text != "" {
			fmt.Fprintf(w, "%s  %-9s %-7s %s: %s\n", e.At.Time().Format(time.DateTime), "retrain", "", e.Model, e.Text)
		}
	}
}

func printSummary(w io.Writer, s *agent.Summary) {
	fmt.Fprintf(w, "%d records, %d predictions in %d windows", s.Records, s.Predictions, s.Windows)
	if s.Windows > 0 {
		fmt.Fprintf(w, " from %s to %s", s.From.Time().Format(time.DateOnly), s.To.Time().Format(time.DateOnly))
	}
	fmt.Fprintln(w)
	printRefused(w, s.Refused)
	var fired []string
	for _, rule := range slices.Sorted(maps.Keys(s.Fires)) {
		fired = append(fired, fmt.Sprintf("%s %d×", rule, s.Fires[rule]))
	}
	if len(fired) == 0 {
		fired = []string{"nothing"}
	}
	fmt.Fprintf(w, "fired: %s; retrain requests: %d\n", strings.Join(fired, ", "), s.Retrains)
}

func printRefused(w io.Writer, refused map[string]uint64) {
	for _, reason := range slices.Sorted(maps.Keys(refused)) {
		fmt.Fprintf(w, "refused: %s, %s\n", plural(refused[reason], "record"), reason)
	}
}
