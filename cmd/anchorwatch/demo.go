package main

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/alecthomas/kingpin/v2"
	"github.com/rs/zerolog"
	"github.com/twmb/franz-go/pkg/kfake"

	"github.com/anchorwatch/anchorwatch/agent/config"
	"github.com/anchorwatch/anchorwatch/alerts/retrain"
	"github.com/anchorwatch/anchorwatch/alerts/retrain/retrainfake"
	"github.com/anchorwatch/anchorwatch/alerts/slack/slackfake"
	"github.com/anchorwatch/anchorwatch/detectors/baseline"
	"github.com/anchorwatch/anchorwatch/examples/elec"
)

// The names of the demo's world. The secret signs nothing but the demo's own requests on the loopback interface.
const (
	demoToken    = "xoxb-demo" //nolint:gosec // opens nothing but the demo's own Slack
	demoChannel  = "C0ELECALERTS"
	demoVersions = 3
)

var demoSecret = "whsec_" + base64.StdEncoding.EncodeToString([]byte("the demo signs to itself, 32 byte"))

// demoCommand plays real electricity-market data through everything: an embedded broker, the sidecar itself, and the
// other ends of its HTTP.
func demoCommand(app *kingpin.Application) (*kingpin.CmdClause, action) {
	clause := app.Command("demo", "See it at work: real electricity-market data through an embedded broker, time-lapsed; nothing leaves this machine.")
	d := &demo{}
	clause.Flag("once", "End when the story is told: exit 0 if the loop closed, 1 if not.").BoolVar(&d.once)
	clause.Flag("duration", "How long two years take.").Default("75s").DurationVar(&d.duration)
	clause.Flag("web.listen-address", "Metrics, pages and API.").Default("127.0.0.1:9464").StringVar(&d.address)
	example := clause.Flag("write-example", "Only write the configuration, the events and the built baselines to this folder.").PlaceHolder("DIR").String()
	clause.Flag("log.level", "Also log what the agent says: debug, info, warn, error.").Default("error").EnumVar(&d.logLevel, "debug", "info", "warn", "error")
	return clause, func(ctx context.Context, stdout, stderr io.Writer) error {
		if *example != "" {
			return writeExample(*example, stdout)
		}
		d.stdout, d.stderr = &syncWriter{w: stdout}, stderr
		return d.run(ctx)
	}
}

// demo is the world around one sidecar.
type demo struct {
	once     bool
	duration time.Duration
	address  string
	logLevel string
	stdout   io.Writer
	stderr   io.Writer

	folder  string
	slack   *slackfake.Server
	trainer *retrainfake.Receiver
	web     *http.Server // the other ends: Slack and the training pipeline
	webURL  string
	broker  *kfake.Cluster
	sidecar *sidecar
	story   *story
}

// run builds the world in the order in which its parts depend on each other, and tears it down in reverse.
func (d *demo) run(ctx context.Context) (err error) {
	if d.folder, err = os.MkdirTemp("", "anchorwatch-demo-"); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(d.folder)) }()
	fmt.Fprintf(d.stdout, "Building baselines of three model versions from their training rows …\n")
	if err := writeExample(d.folder, io.Discard); err != nil {
		return err
	}
	d.story = newStory(d.stdout)
	if err := d.others(ctx); err != nil {
		return err
	}
	defer func() { _ = d.web.Close() }() // nothing to lose
	if d.broker, err = kfake.NewCluster(
		kfake.NumBrokers(1), kfake.SeedTopics(2, "elec-predictions", "elec-labels"),
		kfake.BrokerConfigs(map[string]string{"group.initial.rebalance.delay.ms": "0"}),
	); err != nil {
		return fmt.Errorf("start embedded broker: %w", err)
	}
	defer d.broker.Close()
	c, err := d.config()
	if err != nil {
		return err
	}
	level, err := zerolog.ParseLevel(d.logLevel)
	if err != nil {
		return err
	}
	log := zerolog.New(zerolog.ConsoleWriter{Out: d.stderr, NoColor: true}).Level(level).With().Timestamp().Logger()
	d.sidecar, err = newSidecar(ctx, sidecarOptions{
		config: c, stateFolder: filepath.Join(d.folder, "state"), address: d.address, each: d.story.hear, log: log,
	})
	if err != nil {
		return err
	}
	return d.play(ctx, c)
}

// play runs the sidecar and the producer side by side until the story is told, or somebody ends it.
func (d *demo) play(ctx context.Context, c *config.Config) error {
	running, stop := context.WithCancel(ctx)
	defer stop()
	ended := make(chan error, 1)
	go func() { ended <- d.sidecar.run(running) }()
	d.welcome()
	told := d.tell(running, c)
	if told == nil && !d.once {
		fmt.Fprintf(d.stdout, "\nThe story is told. Everything is still served, until Ctrl-C.\n")
		<-ctx.Done()
	}
	stop()
	err := errors.Join(told, <-ended)
	if errors.Is(err, context.Canceled) && ctx.Err() != nil {
		err = nil // ended by hand
	}
	if err == nil && told == nil && ctx.Err() == nil {
		return d.story.verdict()
	}
	return err
}

// tell produces the events and waits until the agent has dealt with all of them.
func (d *demo) tell(ctx context.Context, c *config.Config) error {
	p, err := newProducer(c.Kafka.Brokers, d.duration, d.takeOver)
	if err != nil {
		return err
	}
	defer func() { _ = p.close() }() // all is acknowledged
	progress := newProgress(d.stderr, d.sidecar.agent, d.story, p)
	defer progress.stop()
	if err := p.produce(ctx); err != nil {
		return fmt.Errorf("produce: %w", err)
	}
	return d.drain(ctx, p.produced())
}

// patience is how long the demo waits for its agent. A second is enough, but not on a machine that is busy with other things.
const patience = 2 * time.Minute

// takeOver lets the next version go live: the pipeline reports success to a verified request.
func (d *demo) takeOver(ctx context.Context, version string) error {
	wait, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	request, ok := d.story.request(wait, version)
	if !ok {
		fmt.Fprintf(d.stdout, "\nNobody asked for version %s within %v; it goes live all the same.\n", version, patience)
		return ctx.Err()
	}
	if err := d.trainer.Succeeded(ctx, request, version); err != nil {
		return fmt.Errorf("report the training of version %s: %w", version, err)
	}
	fmt.Fprintf(d.stdout, "\n⚙  training pipeline: version %s is trained and goes live\n", version)
	return nil
}

// drain waits until every event was read and every notice delivered.
func (d *demo) drain(ctx context.Context, produced int64) error {
	ticker := time.NewTicker(100 * time.Millisecond)
	defer ticker.Stop()
	deadline := time.After(patience)
	for {
		s := d.sidecar.agent.Snapshot()
		var read int64
		for _, p := range s.Status.Partitions {
			read += p.Position
		}
		if read >= produced && s.Status.CaughtUp && s.Status.PendingNotices == 0 {
			return nil
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-deadline:
			return fmt.Errorf("%v after the last event %d of %d events were read and %d notices wait", patience, read, produced, s.Status.PendingNotices)
		case <-ticker.C:
		}
	}
}

// others serves the other ends of the sidecar's HTTP: a Slack-shaped workspace and a training pipeline.
func (d *demo) others(ctx context.Context) error {
	d.slack = slackfake.New(slackfake.Options{
		Token: demoToken, Channels: []string{demoChannel}, Now: time.Now, OnMessage: d.story.message,
	})
	signer, err := retrain.NewSigner(demoSecret)
	if err != nil {
		return err
	}
	d.trainer, err = retrainfake.New(retrainfake.Options{Signer: signer, Now: time.Now, OnRequest: func(r retrainfake.Received) {
		d.story.asked(r)
		if err := d.trainer.Running(ctx, r); err != nil {
			fmt.Fprintf(d.stdout, "\n⚙  training pipeline: the agent did not take the callback: %v\n", err)
		}
	}})
	if err != nil {
		return err
	}
	mux := http.NewServeMux()
	mux.Handle("/api/", d.slack)
	mux.Handle("POST /retrain", d.trainer)
	mux.HandleFunc("GET /{$}", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		_ = d.slack.HTML(w) // the reader has gone
	})
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	d.webURL = "http://" + listener.Addr().String()
	d.web = &http.Server{Handler: mux, ReadHeaderTimeout: 5 * time.Second}
	go func() { _ = d.web.Serve(listener) }() // ends with Close
	return nil
}

// config reads the example's configuration as a user would have written it, and points it at the demo's own addresses.
func (d *demo) config() (*config.Config, error) {
	text, err := fs.ReadFile(elec.Files, "anchorwatch.yml")
	if err != nil {
		return nil, err
	}
	for from, to := range map[string]string{
		"localhost:9092": strings.Join(d.broker.ListenAddrs(), ", "), "${env:SLACK_TOKEN}": demoToken, "${env:RETRAIN_SECRET}": demoSecret,
		"http://localhost:8080": d.webURL, "127.0.0.1:9466": "127.0.0.1:0",
	} {
		text = []byte(strings.ReplaceAll(string(text), from, to))
	}
	c, err := config.Parse(filepath.Join(d.folder, "anchorwatch.yml"), text)
	if err != nil {
		return nil, err
	}
	c.Slack.APIURL = d.webURL + "/api/"
	c.Checkpoint.Interval = 2 * time.Second
	return c, nil
}

func (d *demo) welcome() {
	fmt.Fprintf(d.stdout, `
Two years of the electricity market of New South Wales, 1996 to 1998, in %v: 36,192 predictions of a model
("will the price be up or down?") and their labels, which come about a day later.

  pages and API     http://%[2]s/
  metrics           http://%[2]s/metrics
  Slack messages    %[3]s/   (and below, as they come)

`, d.duration, d.address, d.webURL)
}

// writeExample writes what a user would have: configuration, events, and a baseline for each version.
func writeExample(folder string, stdout io.Writer) error {
	if err := os.MkdirAll(folder, 0o750); err != nil {
		return err
	}
	text, err := fs.ReadFile(elec.Files, "anchorwatch.yml")
	if err != nil {
		return err
	}
	files := map[string][]byte{"anchorwatch.yml": text}
	for _, name := range []string{"live.jsonl.gz", "labels.jsonl.gz"} {
		if files[name], err = fs.ReadFile(elec.Files, "data/"+name); err != nil {
			return err
		}
	}
	for version := 1; version <= demoVersions; version++ {
		name := fmt.Sprintf("baseline_v%d", version)
		rows, err := elec.Files.Open("data/" + name + ".jsonl.gz")
		if err != nil {
			return err
		}
		b, err := buildBaseline(rows, name+".jsonl.gz", 14*24*time.Hour, "UP", time.Now())
		if err = errors.Join(err, rows.Close()); err != nil {
			return fmt.Errorf("build %s: %w", name, err)
		}
		var file strings.Builder
		if err := baseline.Write(&file, b); err != nil {
			return err
		}
		files[name+".awb"] = []byte(file.String())
	}
	for name, content := range files {
		path := filepath.Join(folder, name)
		if err := os.WriteFile(path, content, 0o600); err != nil {
			return err
		}
		fmt.Fprintln(stdout, path)
	}
	return nil
}
