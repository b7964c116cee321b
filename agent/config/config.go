package config

import (
	"time"

	"github.com/anchorwatch/anchorwatch/rules"
)

// Config is a configuration file. Durations are written as Prometheus writes them (30s, 10m, 14d, 12w). Relative paths
// are relative to the file's folder.
type Config struct {
	Environment string     `yaml:"environment"` // shown in notices and part of an incident's identity; default "production"
	Kafka       *Kafka     `yaml:"kafka"`       // required by run, unused by backtest
	Mapping     Mapping    `yaml:"mapping"`
	Time        Time       `yaml:"time"`
	Join        Join       `yaml:"join"`
	Models      []Model    `yaml:"models"`
	Slack       *Slack     `yaml:"slack"`
	Retrain     *Retrain   `yaml:"retrain"`
	Sinks       Sinks      `yaml:"sinks"`
	Limits      Limits     `yaml:"limits"`
	Checkpoint  Checkpoint `yaml:"checkpoint"`
}

// Kafka says which topics to read and how to reach them.
type Kafka struct {
	Brokers     []string `yaml:"brokers"`
	Group       string   `yaml:"group"`
	ClientID    string   `yaml:"client_id"`   // default "anchorwatch"
	Predictions []string `yaml:"predictions"` // topics
	Labels      []string `yaml:"labels"`      // topics; may be empty, may repeat a prediction topic
	// MaxLag is the age of the last record read beyond which notices are held; default 5m.
	MaxLag time.Duration `yaml:"max_lag"`
	TLS    *TLS          `yaml:"tls"`
	SASL   *SASL         `yaml:"sasl"`
}

// TLS is the client side of an encrypted connection. An empty section means: encrypt, verify with the system's roots.
type TLS struct {
	CAFile             string `yaml:"ca_file"`
	CertFile           string `yaml:"cert_file"`
	KeyFile            string `yaml:"key_file"`
	ServerName         string `yaml:"server_name"`
	InsecureSkipVerify bool   `yaml:"insecure_skip_verify"`
}

// SASL authenticates against the brokers.
type SASL struct {
	Mechanism    string `yaml:"mechanism"` // plain, scram-sha-256, scram-sha-512
	Username     string `yaml:"username"`
	Password     Secret `yaml:"password"`
	PasswordFile string `yaml:"password_file"`
}

// Mapping says where in a record each part of an event stands: lists of paths, of which the first that is there wins.
// Empty lists mean the native names. See package event for the grammar of paths.
type Mapping struct {
	ID            []string `yaml:"id"`
	Timestamp     []string `yaml:"timestamp"`
	Model         []string `yaml:"model"`
	Version       []string `yaml:"version"`
	Features      []string `yaml:"features"` // paths of objects; "value" alone takes the flat record itself
	Exclude       []string `yaml:"exclude"`  // features to leave out, with * as a wildcard
	Prediction    []string `yaml:"prediction"`
	Score         []string `yaml:"score"`
	Probabilities []string `yaml:"probabilities"`
	Label         []string `yaml:"label"`
	Latency       []string `yaml:"latency_ms"`
	Error         []string `yaml:"error"`
	Segments      []string `yaml:"segments"` // paths of objects with segment values
}

// Time holds the rules of event time.
type Time struct {
	OutOfOrderness  time.Duration `yaml:"out_of_orderness"` // default 30s
	AllowedLateness time.Duration `yaml:"allowed_lateness"` // default 10m
	FutureSkew      time.Duration `yaml:"future_skew"`      // default 5m
	// LabelDelay is how long after a prediction its label is awaited; default 90d, in a backtest without end.
	LabelDelay time.Duration `yaml:"label_delay"`
	// MaxEventAge refuses events older than this against their record's timestamp; default 0, off.
	MaxEventAge time.Duration `yaml:"max_event_age"`
}

// Join bounds the memory of waiting predictions.
type Join struct {
	MaxPending Bytes `yaml:"max_pending"` // default 64MiB
}

// Model is one monitored model.
type Model struct {
	Name string `yaml:"name"`
	// Baseline is the path of the baseline file; {version} stands for the model version.
	Baseline      string       `yaml:"baseline"`
	Task          string       `yaml:"task"` // binary, multiclass, regression; default: the baseline's
	Classes       []string     `yaml:"classes"`
	PositiveClass string       `yaml:"positive_class"`
	Threshold     *float64     `yaml:"threshold"` // of the score, where an event has no class; default 0.5
	Windows       []Window     `yaml:"windows"`
	Segments      []Segment    `yaml:"segments"`
	Rules         []rules.Rule `yaml:"rules"`
	// Defaults keeps the default rules beside those written; without any rule written they hold anyway.
	Defaults   bool          `yaml:"defaults"`
	LabelDelay time.Duration `yaml:"label_delay"` // overrides time.label_delay
}

// Window is a slice of event time: tumbling, or sliding if Slide is shorter than Size.
type Window struct {
	Name  string        `yaml:"name"` // default: the size as written
	Size  time.Duration `yaml:"size"`
	Slide time.Duration `yaml:"slide"` // default: size; must divide it
}

// Segment slices a model's traffic by one value of its events: a feature, or an entry of the event's segments.
type Segment struct {
	Name   string   `yaml:"name"`
	Values []string `yaml:"values"` // default: the baseline's categories of the feature with this name
	Max    int      `yaml:"max"`    // default 20; further values share the segment "other"
}

// Slack sends incidents to a channel: with a bot token as messages that are edited in place, with a webhook URL in the
// degraded mode that can only post.
type Slack struct {
	Token          Secret `yaml:"token"`
	TokenFile      string `yaml:"token_file"`
	Channel        string `yaml:"channel"` // an id (C…)
	WebhookURL     Secret `yaml:"webhook_url"`
	WebhookURLFile string `yaml:"webhook_url_file"`
	APIURL         string `yaml:"api_url"` // default https://slack.com/api/
}

// Retrain asks a pipeline to train a new version.
type Retrain struct {
	URL        string `yaml:"url"`
	URLFile    string `yaml:"url_file"`
	Secret     Secret `yaml:"secret"` // whsec_…
	SecretFile string `yaml:"secret_file"`
	// MinSpan is the shortest range of training data asked for, from the first failing window on; default 28d.
	MinSpan time.Duration `yaml:"min_span"`
	// Cooldown after a finished run, in event time; default 7d.
	Cooldown time.Duration `yaml:"cooldown"`
	// Deadline for a run, in wall time; default 24h.
	Deadline time.Duration `yaml:"deadline"`
	DryRun   bool          `yaml:"dry_run"`
	// CallbackListen is the address of the listener for the pipeline's callbacks; empty: none.
	CallbackListen string `yaml:"callback_listen"`
	// CallbackURL is how the pipeline reaches that listener; default http://<callback_listen>.
	CallbackURL string `yaml:"callback_url"`
}

// Sinks are further places for every report.
type Sinks struct {
	File  string `yaml:"file"`        // NDJSON
	Topic string `yaml:"kafka_topic"` // keyed by window: the newest revision wins
}

// Limits bound memory and cardinality.
type Limits struct {
	MaxVersions int   `yaml:"max_versions"` // per model; default 5
	MaxFeatures int   `yaml:"max_features"` // exported per model; default 200
	MaxEvent    Bytes `yaml:"max_event"`    // default 1MiB
}

// Checkpoint says how often state becomes durable.
type Checkpoint struct {
	Interval time.Duration `yaml:"interval"` // default 30s
}
