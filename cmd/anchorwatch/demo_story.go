package main

import (
	"context"
	"fmt"
	"html"
	"io"
	"strings"
	"sync"
	"time"

	"github.com/anchorwatch/anchorwatch/agent"
	"github.com/anchorwatch/anchorwatch/alerts/retrain"
	"github.com/anchorwatch/anchorwatch/alerts/retrain/retrainfake"
	"github.com/anchorwatch/anchorwatch/alerts/slack/slackfake"
	"github.com/anchorwatch/anchorwatch/detectors"
	"github.com/anchorwatch/anchorwatch/rules"
)

// story follows what happens, prints it, and knows at the end whether the loop has closed.
type story struct {
	out io.Writer

	mu        sync.Mutex
	pages     []string
	warnings  int
	resolved  int
	requests  []retrainfake.Received
	takeOvers int
	windows   int
	state     string
	arrived   chan struct{} // closed and renewed at each request
}

func newStory(out io.Writer) *story {
	return &story{out: out, state: "watching", arrived: make(chan struct{})}
}

// hear is told of everything the agent finds.
func (s *story) hear(f agent.Finding, events []retrain.Event) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, r := range f.Reports {
		if r.Phase == detectors.Closed {
			s.windows++
		}
	}
	for _, t := range f.Transitions {
		switch {
		case t.Severity != rules.Page:
			if t.Kind == rules.Fire {
				s.warnings++
			}
		case t.Kind == rules.Fire:
			s.pages = append(s.pages, fmt.Sprintf("%s: accuracy %.3f of version %s", t.At.Time().Format(time.DateOnly), t.Value, t.Version))
			s.state = "version " + t.Version + " is failing"
		case t.Kind == rules.Resolve:
			s.resolved++
			s.state = "version " + t.Version + " is fine"
		}
	}
	for _, e := range events {
		if e.To == retrain.NewVersionSeen {
			s.takeOvers++
		}
	}
}

// message prints what Slack shows: a new message whole, edits and replies as a line.
func (s *story) message(m slackfake.Message) {
	text := strings.ReplaceAll(html.UnescapeString(m.Text), "\n", "\n     ")
	switch {
	case m.ThreadTS != "":
		fmt.Fprintf(s.out, "   ↳ %s\n", text)
	case len(m.Edits) > 0 && m.Edits[len(m.Edits)-1].Text == m.Text:
		// Its table or thread line changed, its headline did not.
	case len(m.Edits) > 0:
		fmt.Fprintf(s.out, "\n✎  the message now reads: %s\n", text)
	default:
		fmt.Fprintln(s.out)
		if err := m.Render(s.out); err != nil {
			fmt.Fprintln(s.out, m.Text)
		}
	}
}

// asked is told of each request whose signature was right.
func (s *story) asked(r retrainfake.Received) {
	t := r.Event.Data.TrainingData
	fmt.Fprintf(s.out, "\n⚙  training pipeline: signature verified; asked to replace version %s, training data from %s to %s\n",
		r.Event.Data.ModelVersion, t.From.Time().Format(time.DateOnly), t.To.Time().Format(time.DateOnly))
	s.mu.Lock()
	defer s.mu.Unlock()
	s.requests = append(s.requests, r)
	close(s.arrived)
	s.arrived = make(chan struct{})
}

// request waits for the request that asks for a version: the first asks for version 2, the second for version 3.
func (s *story) request(ctx context.Context, version string) (retrainfake.Received, bool) {
	number := int(version[0]-'0') - 1
	for {
		s.mu.Lock()
		known, arrived := s.requests, s.arrived
		s.mu.Unlock()
		if len(known) >= number {
			return known[number-1], true
		}
		select {
		case <-ctx.Done():
			return retrainfake.Received{}, false
		case <-arrived:
		}
	}
}

// verdict prints what has happened and fails unless the loop has closed: two pages, two requests, two take-overs, both
// resolved, and no other page.
func (s *story) verdict() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	fmt.Fprintf(s.out, "\n%d windows, %d pages", s.windows, len(s.pages))
	for _, page := range s.pages {
		fmt.Fprintf(s.out, "\n  %s", page)
	}
	fmt.Fprintf(s.out, "\n%d columns out of range (a warning, nobody was woken), %d signed retrain requests, %d take-overs, %d resolved\n",
		s.warnings, len(s.requests), s.takeOvers, s.resolved)
	if len(s.pages) != 2 || len(s.requests) != 2 || s.takeOvers != 2 || s.resolved != 2 {
		return fmt.Errorf("the loop did not close: want two pages, two requests, two take-overs, both resolved")
	}
	fmt.Fprintln(s.out, "The loop has closed: drift that hurt was paged, retrained, and judged; drift that did not was only told.")
	return nil
}

// progress prints a line about how far the story is: rewritten in place on a terminal, every five seconds elsewhere.
type progress struct {
	w        io.Writer
	terminal bool
	agent    *agent.Agent
	story    *story
	producer *producer
	done     chan struct{}
	finished sync.WaitGroup
}

func newProgress(w io.Writer, a *agent.Agent, s *story, p *producer) *progress {
	line := &progress{w: w, terminal: onTerminal(w), agent: a, story: s, producer: p, done: make(chan struct{})}
	line.finished.Go(line.run)
	return line
}

func (p *progress) run() {
	every := 5 * time.Second
	if p.terminal {
		every = 200 * time.Millisecond
	}
	ticker := time.NewTicker(every)
	defer ticker.Stop()
	last, before := time.Now(), int64(0)
	for {
		select {
		case <-p.done:
			return
		case now := <-ticker.C:
			sent := p.producer.produced()
			p.print(float64(sent-before) / now.Sub(last).Seconds())
			last, before = now, sent
		}
	}
}

func (p *progress) print(perSecond float64) {
	p.story.mu.Lock()
	windows, state := p.story.windows, p.story.state
	p.story.mu.Unlock()
	at := time.Unix(p.producer.at.Load(), 0).UTC().Format(time.DateOnly)
	line := fmt.Sprintf("%s  %6.0f events/s  %2d windows  %s", at, perSecond, windows, state)
	if p.terminal {
		fmt.Fprintf(p.w, "\r\x1b[K%s", line)
		return
	}
	fmt.Fprintln(p.w, line)
}

// stop ends the line.
func (p *progress) stop() {
	close(p.done)
	p.finished.Wait()
	if p.terminal {
		fmt.Fprint(p.w, "\r\x1b[K")
	}
}

// syncWriter lets several goroutines write whole texts.
type syncWriter struct {
	mu sync.Mutex
	w  io.Writer
}

func (s *syncWriter) Write(b []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.w.Write(b)
}
