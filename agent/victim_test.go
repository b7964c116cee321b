package agent

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/rs/zerolog"

	"github.com/anchorwatch/anchorwatch/agent/source"
	"github.com/anchorwatch/anchorwatch/alerts"
	"github.com/anchorwatch/anchorwatch/alerts/retrain"
	"github.com/anchorwatch/anchorwatch/alerts/retrain/retrainfake"
	"github.com/anchorwatch/anchorwatch/alerts/slack"
	"github.com/anchorwatch/anchorwatch/alerts/slack/slackfake"
	"github.com/anchorwatch/anchorwatch/detectors"
	"github.com/anchorwatch/anchorwatch/rules"
	"github.com/anchorwatch/anchorwatch/sinks/prometheus"
)

// ordersVariable holds the orders of a victim: this test binary, run as an agent in a process of its own, which can be
// killed as kill -9 does it.
const ordersVariable = "ANCHORWATCH_TEST_VICTIM"

// orders say what a victim does.
type orders struct {
	Baselines string // folder
	State     string // folder
	Diary     string // file
	Slack     string // base URL
	Pipeline  string // URL
	// Brokers to read from; none: the world, in the process.
	Brokers []string
	Session time.Duration // of the group on the brokers
	MaxLag  time.Duration // 0: the configuration's
	// Step is where the victim kills itself, at the Nth time it comes there; 0: never.
	Step string
	N    int
}

// The steps at which a victim can be killed. A checkpoint is durable before the first of them.
const (
	beforeFetch  = "before a fetch"
	beforeCommit = "between checkpoint and commit"
	afterCommit  = "between commit and send"
	beforeSend   = "before a send"
	afterSend    = "between send and record"
)

// trap kills the process.
type trap struct {
	mu   sync.Mutex
	step string
	left int
}

func (t *trap) pass(step string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if step != t.step || t.left == 0 {
		return
	}
	if t.left--; t.left == 0 {
		self, _ := os.FindProcess(os.Getpid())
		_ = self.Kill()
		select {} // with the lock held: nothing passes while the signal is on its way
	}
}

// trapped is a source with traps. Each fetch lets the agent's clock go on by a second, so that checkpoints come after so
// many batches and not after so much time.
type trapped struct {
	source.Source
	trap *trap
	tick func()
}

func (s *trapped) Fetch(ctx context.Context) (source.Batch, error) {
	s.trap.pass(beforeFetch)
	s.tick()
	return s.Source.Fetch(ctx)
}

func (s *trapped) Commit(ctx context.Context, p source.Positions) error {
	s.trap.pass(beforeCommit)
	err := s.Source.Commit(ctx, p)
	s.trap.pass(afterCommit)
	return err
}

// page is one line of a victim's diary: a finding, or an entry that was delivered.
type page struct {
	Reports     []detectors.Report `json:",omitempty"`
	Transitions []rules.Transition `json:",omitempty"`
	Sent        string             `json:",omitempty"` // the entry's id
	Destination string             `json:",omitempty"`
	Kind        alerts.NoticeKind  `json:",omitempty"`
}

// openDiary opens a diary for appending, without the line that a former life was killed in the middle of: the kernel may
// give up a long write when the kill arrives. Whatever stood there is told again, for no checkpoint came after it.
func openDiary(path string) (*os.File, error) {
	content, err := os.ReadFile(path)
	if err == nil {
		err = os.Truncate(path, int64(bytes.LastIndexByte(content, '\n')+1))
	}
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	return os.OpenFile(path, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
}

// live is the victim's life; it returns the process's exit code.
func live(text string) int {
	var o orders
	if err := json.Unmarshal([]byte(text), &o); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 2
	}
	if err := o.live(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return 0
}

func (o orders) live() error {
	w := newWorld(time.Now())
	c, err := w.config(o.Baselines)
	if err != nil {
		return err
	}
	if o.MaxLag > 0 {
		c.Kafka.MaxLag = o.MaxLag
	}
	diary, err := openDiary(o.Diary)
	if err != nil {
		return err
	}
	write := func(p page) {
		line, err := json.Marshal(p)
		if err == nil {
			_, err = diary.Write(append(line, '\n'))
		}
		if err != nil {
			panic(err)
		}
	}
	signer, err := retrain.NewSigner(signingSecret)
	if err != nil {
		return err
	}
	webhook, err := retrain.NewWebhook(retrain.WebhookOptions{URL: o.Pipeline, Signer: signer, Now: time.Now})
	if err != nil {
		return err
	}
	trap := &trap{step: o.Step, left: o.N}
	sent := func(n alerts.Notifier) alerts.Notifier {
		return alerts.NotifierFunc(func(ctx context.Context, e alerts.Entry, previous json.RawMessage) (json.RawMessage, error) {
			trap.pass(beforeSend)
			receipt, err := n.Notify(ctx, e, previous)
			if err == nil {
				var notice alerts.Notice
				_ = json.Unmarshal(e.Payload, &notice) // a retrain request is none
				write(page{Sent: e.ID, Destination: e.Destination, Kind: notice.Kind})
			}
			trap.pass(afterSend)
			return receipt, err
		})
	}
	input, clock, err := o.input(w, trap)
	if err != nil {
		return err
	}
	a, err := New(Options{
		Config: c, Source: input, Streams: Streams(c.Kafka), StateFolder: o.State,
		Notifiers: map[string]alerts.Notifier{
			slackDestination:   sent(slack.NewBot(slackToken, slackChannel, slack.Options{APIURL: o.Slack + "/api/"})),
			retrainDestination: sent(webhook),
		},
		Exporter: prometheus.New(prometheus.Options{}),
		Each:     func(f Finding, _ []retrain.Event) { write(page{Reports: f.Reports, Transitions: f.Transitions}) },
		Log:      zerolog.New(os.Stderr).Level(zerolog.WarnLevel), Now: clock,
	})
	if err != nil {
		return err
	}
	return a.Run(context.Background())
}

// input is the victim's source, and the clock that goes with it.
func (o orders) input(w *world, trap *trap) (source.Source, func() time.Time, error) {
	if len(o.Brokers) > 0 {
		k, err := source.NewKafka(swift(o.Brokers, o.Session))
		return &trapped{k, trap, func() {}}, time.Now, err
	}
	var mu sync.Mutex
	now := time.Now()
	tick := func() {
		mu.Lock()
		defer mu.Unlock()
		now = now.Add(time.Second)
	}
	clock := func() time.Time {
		mu.Lock()
		defer mu.Unlock()
		return now
	}
	return &trapped{w.memory(true), trap, tick}, clock, nil
}

// watchers are the other ends of victims, which outlive them: a workspace and a pipeline over HTTP, and the folders.
type watchers struct {
	orders
	workspace *slackfake.Server
	pipeline  *retrainfake.Receiver

	mu    sync.Mutex
	posts map[string]int // top-level messages by their first text
}

func newWatchers(t *testing.T, baselines string) *watchers {
	t.Helper()
	folder := t.TempDir()
	w := &watchers{posts: map[string]int{}}
	w.orders = orders{Baselines: baselines, State: filepath.Join(folder, "state"), Diary: filepath.Join(folder, "diary")}
	w.workspace = slackfake.New(slackfake.Options{
		Token: slackToken, Channels: []string{slackChannel}, MessagesPerSecond: -1, Now: time.Now,
		OnMessage: func(m slackfake.Message) {
			w.mu.Lock()
			defer w.mu.Unlock()
			if m.ThreadTS == "" && len(m.Edits) == 0 {
				w.posts[m.Text]++
			}
		},
	})
	signer, err := retrain.NewSigner(signingSecret)
	if err != nil {
		t.Fatal(err)
	}
	if w.pipeline, err = retrainfake.New(retrainfake.Options{Signer: signer, Now: time.Now}); err != nil {
		t.Fatal(err)
	}
	w.Slack, w.Pipeline = serve(t, w.workspace), serve(t, w.pipeline)
	return w
}

func serve(t *testing.T, h http.Handler) string {
	t.Helper()
	server := httptest.NewServer(h)
	t.Cleanup(server.Close)
	return server.URL
}

// command is a victim that has not begun to live. What it says goes to the test's log if it dies of something else.
func (o orders) command(t *testing.T) (*exec.Cmd, *bytes.Buffer) {
	t.Helper()
	text, err := json.Marshal(o)
	if err != nil {
		t.Fatal(err)
	}
	var said bytes.Buffer
	cmd := exec.CommandContext(t.Context(), os.Args[0])
	cmd.Env = append(os.Environ(), ordersVariable+"="+string(text))
	cmd.Stderr = &said
	return cmd, &said
}

// life lets a victim live and tells whether it came to the end of its input. Any death but the one ordered fails the test.
func (w *watchers) life(t *testing.T, step string, n int) (survived bool) {
	t.Helper()
	o := w.orders
	o.Step, o.N = step, n
	cmd, said := o.command(t)
	if ended(t, cmd, cmd.Run(), said) {
		return true
	}
	w.tear(t)
	return false
}

// tear leaves in the diary what a kill in the middle of a write leaves there.
func (w *watchers) tear(t *testing.T) {
	t.Helper()
	diary, err := os.OpenFile(w.Diary, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = diary.Close() }()
	if _, err := diary.WriteString(`{"Reports":[{"Key"`); err != nil {
		t.Fatal(err)
	}
}

// short lets a victim live for so long, or to the end of its input.
func (w *watchers) short(t *testing.T, length time.Duration) (survived bool) {
	t.Helper()
	cmd, said := w.command(t)
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	end := time.AfterFunc(length, func() { _ = cmd.Process.Kill() })
	defer end.Stop()
	return ended(t, cmd, cmd.Wait(), said)
}

func ended(t *testing.T, cmd *exec.Cmd, err error, said *bytes.Buffer) (survived bool) {
	t.Helper()
	if err != nil && cmd.ProcessState.ExitCode() >= 0 {
		t.Fatalf("the agent ended by itself: %v\n%s", err, said)
	}
	return err == nil
}

// read returns what all lives together told, and how often each entry was sent.
func (o orders) read(t *testing.T) (*chronicle, map[string]int, map[string]alerts.NoticeKind) {
	t.Helper()
	content, err := os.ReadFile(o.Diary)
	if err != nil {
		t.Fatal(err)
	}
	story, sent, kinds := newChronicle(), map[string]int{}, map[string]alerts.NoticeKind{}
	for line := range bytes.Lines(content) {
		if !bytes.HasSuffix(line, []byte("\n")) {
			break // being written
		}
		var p page
		if err := json.Unmarshal(line, &p); err != nil {
			t.Fatalf("diary: %v in %q", err, line)
		}
		story.take(p.Reports, p.Transitions)
		if p.Sent != "" {
			sent[p.Sent]++
			if p.Destination == slackDestination {
				kinds[p.Sent] = p.Kind
			}
		}
	}
	return story, sent, kinds
}
