package agent

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/rs/zerolog"

	"github.com/anchorwatch/anchorwatch/agent/config"
	"github.com/anchorwatch/anchorwatch/agent/source"
	"github.com/anchorwatch/anchorwatch/agent/source/sourcetest"
	"github.com/anchorwatch/anchorwatch/alerts"
	"github.com/anchorwatch/anchorwatch/alerts/retrain"
	"github.com/anchorwatch/anchorwatch/alerts/slack"
	"github.com/anchorwatch/anchorwatch/alerts/slack/slackfake"
	"github.com/anchorwatch/anchorwatch/detectors/profile"
	"github.com/anchorwatch/anchorwatch/sinks/prometheus"
)

const (
	slackToken   = "xoxb-world"
	slackChannel = "C0WORLD"
)

// newSlack is a workspace without a rate limit.
func newSlack() *slackfake.Server {
	return slackfake.New(slackfake.Options{Token: slackToken, Channels: []string{slackChannel}, MessagesPerSecond: -1, Now: time.Now})
}

// inProcess is an http.RoundTripper that calls a handler without any network, which a synctest bubble could not wait for.
type inProcess struct{ http.Handler }

func (h inProcess) RoundTrip(r *http.Request) (*http.Response, error) {
	answer := httptest.NewRecorder()
	h.ServeHTTP(answer, r)
	return answer.Result(), nil
}

// bot posts to a workspace in the process.
func bot(workspace *slackfake.Server, token string) alerts.Notifier {
	return slack.NewBot(token, slackChannel, slack.Options{HTTPClient: &http.Client{Transport: inProcess{workspace}}, APIURL: "http://slack/api/"})
}

// pipelineStub takes every retrain request and remembers its id.
type pipelineStub struct {
	mu  sync.Mutex
	ids []string
}

func (p *pipelineStub) Notify(_ context.Context, e alerts.Entry, _ json.RawMessage) (json.RawMessage, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.ids = append(p.ids, e.ID)
	return json.Marshal(retrain.Receipt{Status: http.StatusAccepted, RunID: "run-1"})
}

// requested returns the ids of the requests so far.
func (p *pipelineStub) requested() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.Clone(p.ids)
}

// stage is everything around one agent.
type stage struct {
	config    *config.Config
	source    source.Source
	state     string
	notifiers map[string]alerts.Notifier
	told      *chronicle
}

// newStage sets the stage for the world: a workspace and a pipeline that work, and a state folder of its own.
func newStage(t *testing.T, w *world, s source.Source) (*stage, *slackfake.Server, *pipelineStub) {
	t.Helper()
	c, err := w.config(settle(t))
	if err != nil {
		t.Fatal(err)
	}
	workspace, pipeline := newSlack(), &pipelineStub{}
	return &stage{
		config: c, source: s, state: t.TempDir(), told: newChronicle(),
		notifiers: map[string]alerts.Notifier{slackDestination: bot(workspace, slackToken), retrainDestination: pipeline},
	}, workspace, pipeline
}

// agent makes the stage's agent.
func (s *stage) agent(t *testing.T) *Agent {
	t.Helper()
	log := zerolog.Nop()
	if testing.Verbose() {
		log = zerolog.New(zerolog.NewTestWriter(t))
	}
	a, err := New(Options{
		Config: s.config, Source: s.source, Streams: Streams(s.config.Kafka), Notifiers: s.notifiers,
		Exporter: prometheus.New(prometheus.Options{Logger: log}), StateFolder: s.state, Each: s.told.each, Log: log, Now: time.Now,
	})
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// run runs the stage's agent to the end of its input.
func (s *stage) run(t *testing.T) *Agent {
	t.Helper()
	a := s.agent(t)
	if err := a.Run(t.Context()); err != nil {
		t.Fatal(err)
	}
	return a
}

// start runs an agent until the function returned is called, which waits for its graceful end.
func start(t *testing.T, a *Agent) (stop func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- a.Run(ctx) }()
	return func() {
		cancel()
		if err := <-done; err != nil && !errors.Is(err, context.Canceled) {
			t.Errorf("run: %v", err)
		}
	}
}

// memory is the world as a source in the process; finished tells whether its logs have an end.
func (w *world) memory(finished bool) *sourcetest.Memory {
	m := sourcetest.NewMemory(time.Now, allLogs...)
	for _, p := range allLogs {
		m.Append(p, w.logs[p]...)
		if finished {
			m.Finish(p)
		}
	}
	return m
}

// undisturbed is the world's story as an agent tells it whom nothing happens to.
func undisturbed(t *testing.T, w *world) *chronicle {
	t.Helper()
	s, _, _ := newStage(t, w, w.memory(true))
	s.run(t)
	return s.told
}

// theEnd is where the world's story ends.
var theEnd = profile.InstantOf(dawn.Add(curtain * time.Hour))

// Before the first checkpoint there is no age of one.
func TestStatusBeforeTheFirstCheckpoint(t *testing.T) {
	w := newWorld(time.Now())
	s, _, _ := newStage(t, w, w.memory(true))
	if got, err := json.Marshal(s.agent(t).Snapshot().Status.Checkpoint); err != nil || string(got) != `{"bytes":0}` {
		t.Errorf("%s, %v", got, err)
	}
}

func TestUndisturbedRunIsTheWorldsStory(t *testing.T) {
	w := newWorld(time.Now())
	s, workspace, pipeline := newStage(t, w, w.memory(true))
	a := s.run(t)
	s.told.matches(t, w, theEnd)
	s.told.tells(t)
	if len(s.told.contradictions) > 0 {
		t.Error(s.told.contradictions)
	}
	refused := a.Snapshot().Status.Refused
	for reason, n := range w.refused {
		if refused[reason] != n {
			t.Errorf("%d records refused as %s, want %d", refused[reason], reason, n)
		}
	}
	if n := len(workspace.Messages()); n != 2 {
		t.Errorf("%d messages, want one of each incident: %v", n, workspace.Messages())
	}
	if len(pipeline.requested()) != 1 {
		t.Errorf("retrain requests %v, want one", pipeline.requested())
	}
	if counts := a.pipeline.windows.Counts(""); counts.Future < w.future || counts.TooLate < w.tooLate || counts.Refused != 0 {
		t.Errorf("counts %+v, want %d from the future and %d too late at least", counts, w.future, w.tooLate)
	}
}

func TestBacktestTellsTheSameStory(t *testing.T) {
	w := newWorld(time.Now())
	c, err := w.config(settle(t))
	if err != nil {
		t.Fatal(err)
	}
	predictions, labels := w.files(t)
	story := newChronicle()
	b := Backtest{Config: c, Predictions: predictions, Labels: labels, Until: profile.Dusk, Each: story.each, Log: zerolog.Nop(), Now: time.Now}
	if _, err := b.Run(t.Context()); err != nil {
		t.Fatal(err)
	}
	story.matches(t, w, theEnd)
	story.tells(t)
	story.equals(t, undisturbed(t, w))
}
