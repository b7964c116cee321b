package agent

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/rs/zerolog"

	"github.com/anchorwatch/anchorwatch/agent/config"
	"github.com/anchorwatch/anchorwatch/agent/event"
	"github.com/anchorwatch/anchorwatch/agent/source"
	"github.com/anchorwatch/anchorwatch/alerts"
	"github.com/anchorwatch/anchorwatch/alerts/retrain"
	"github.com/anchorwatch/anchorwatch/detectors/profile"
	"github.com/anchorwatch/anchorwatch/sinks"
)

// Backtest replays files through the pipeline at full speed and says what would have happened, and when.
type Backtest struct {
	Config      *config.Config
	Predictions []string // files of predictions, which may carry labels of their own
	Labels      []string // files of label events
	// Until ends the replay when the predictions' clock has come so far; Dusk: at the end of the files.
	Until profile.Instant
	// Lines takes one JSON object a line: windows, transitions, retrain requests. Nil: none is written.
	Lines io.Writer
	// Each is told of every finding, after its lines; nil: nobody.
	Each func(Finding, []retrain.Event)
	// Speed is how much faster than event time the replay runs; 0: as fast as it can.
	Speed float64
	Log   zerolog.Logger
	Now   func() time.Time
}

// backtestPending bounds the predictions that wait for labels: a replay without a longest delay forgets none, and a
// person's machine has more memory than a sidecar.
const backtestPending = 4 << 30

// Summary is what a backtest comes to.
type Summary struct {
	Records     uint64
	Refused     map[string]uint64
	Predictions uint64
	Labels      uint64
	Windows     int // windows whose time was over
	Fires       map[string]int
	Retrains    int
	From, To    profile.Instant // event time of the predictions
}

// Run replays everything. Labels are awaited for as long as the configuration writes, without end if it does not.
func (b *Backtest) Run(ctx context.Context) (*Summary, error) {
	labels := map[string]bool{}
	for _, path := range b.Labels {
		labels[path] = true
	}
	streams := func(topic string) event.Stream {
		switch {
		case labels[topic]:
			return event.Labels
		case len(b.Labels) > 0:
			return event.Predictions
		}
		return event.Either
	}
	files, err := source.NewFile(source.FileOptions{
		Paths: append(append([]string{}, b.Predictions...), b.Labels...), MaxEventBytes: int(b.Config.Limits.MaxEvent), Clock: b.Now,
	})
	if err != nil {
		return nil, err
	}
	defer func() { _ = files.Close() }() // nothing was written
	roomy := *b.Config
	if b.Config.Retrain != nil {
		played := *b.Config.Retrain
		played.DryRun = false // nothing is sent here in any case, and the story should go on
		roomy.Retrain = &played
	}
	roomy.Join.MaxPending = max(roomy.Join.MaxPending, backtestPending)
	p, err := NewPipeline(&roomy, PipelineOptions{Streams: streams, Labels: true, LabelDelay: Forever, Log: b.Log})
	if err != nil {
		return nil, err
	}
	assignment, err := files.Assignment(ctx)
	if err != nil {
		return nil, err
	}
	p.own(assignment.Owned, streams)
	return b.replay(ctx, files, p, newDesk(&roomy, nil))
}

func (b *Backtest) replay(ctx context.Context, files *source.File, p *Pipeline, desk *retrain.Desk) (*Summary, error) {
	out := &lines{w: b.Lines, desk: desk, now: b.Now}
	s := &Summary{Fires: map[string]int{}}
	pace := pace{speed: b.Speed, now: b.Now}
	for {
		// The file that is behind in event time is read next, as a pair of topics is that was written side by side.
		files.Pause(p.marks.Ahead(0, p.lagging))
		batch, err := files.Fetch(ctx)
		if errors.Is(err, source.ErrEnd) {
			break
		}
		if err != nil {
			return nil, fmt.Errorf("replay: %w", err)
		}
		s.Records += uint64(len(batch.Records))
		for _, f := range p.Consume(batch) {
			if err := out.write(s, f, b.Each); err != nil {
				return nil, fmt.Errorf("write line: %w", err)
			}
		}
		clock, _ := p.clocks()
		if clock >= b.Until && clock != profile.Dusk { // at Dusk labels may still wait in their files
			break
		}
		if err := pace.wait(ctx, clock); err != nil {
			return nil, err
		}
	}
	s.Refused = p.refused.byName()
	return s, nil
}

// pace holds a replay back to a multiple of event time.
type pace struct {
	speed float64
	now   func() time.Time
	first profile.Instant
	began time.Time
}

func (p *pace) wait(ctx context.Context, clock profile.Instant) error {
	if p.speed <= 0 || clock == profile.Dawn || clock == profile.Dusk {
		return ctx.Err()
	}
	if p.began.IsZero() {
		p.first, p.began = clock, p.now()
	}
	due := time.Duration(float64(clock.Sub(p.first))/p.speed) - p.now().Sub(p.began)
	if due <= 0 {
		return ctx.Err()
	}
	timer := time.NewTimer(due)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return nil
	}
}

// lines writes findings as lines, with a retrain desk that plays the pipeline's part: whatever is requested counts as
// taken on, and as done when the next version appears.
type lines struct {
	w    io.Writer
	desk *retrain.Desk
	now  func() time.Time
}

func (l *lines) write(s *Summary, f Finding, each func(Finding, []retrain.Event)) error {
	now := l.now()
	for _, r := range f.Reports {
		if err := l.line(sinks.WindowLine(r)); err != nil {
			return err
		}
		s.count(r.Key, string(r.Phase), r.Samples)
	}
	for _, t := range f.Transitions {
		if err := l.line(sinks.TransitionLine(t)); err != nil {
			return err
		}
		if t.Kind == "fire" {
			s.Fires[t.Rule]++
		}
	}
	events := consult(l.desk, f, retrain.Gates{}, "", now, func(e alerts.Entry) []retrain.Event {
		s.Retrains++
		return l.desk.Delivered(alerts.Outcome{EntryID: e.ID, Destination: e.Destination, Key: e.Key, At: now}, f.At, now)
	})
	for _, e := range events {
		if err := l.line(sinks.RetrainLine(retrainLine(l.desk, e))); err != nil {
			return err
		}
	}
	if each != nil {
		each(f, events)
	}
	return nil
}

func (l *lines) line(line []byte, err error) error {
	if err != nil || l.w == nil {
		return err
	}
	_, err = l.w.Write(append(line, '\n'))
	return err
}

// count adds a report to the summary.
func (s *Summary) count(key profile.Key, phase string, samples uint64) {
	if phase != "closed" || key.Segment != (profile.Segment{}) {
		return
	}
	if s.Windows == 0 || key.Start < s.From {
		s.From = key.Start
	}
	s.To = max(s.To, key.End)
	s.Windows++
	s.Predictions += samples
}
