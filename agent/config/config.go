package config

import (
	"cmp"
	"slices"
	"time"

	"github.com/anchorwatch/anchorwatch/detectors"
	"github.com/anchorwatch/anchorwatch/rules"
)

// Config is a configuration file. Durations are written as Prometheus writes them (30s, 10m, 14d, 12w). Relative paths
// are relative to the file's folder.
type Config struct {
	// Environment is shown in notices and is part of an incident's identity.
	Environment string `yaml:"environment" default:"production"`
	// Kafka is required by run and unused by backtest.
	Kafka   *Kafka  `yaml:"kafka"`
	Mapping Mapping `yaml:"mapping"`
	Time    Time    `yaml:"time"`
	Join    Join    `yaml:"join"`
	// Models is the list of monitored models; at least one.
	Models     []Model    `yaml:"models"`
	Slack      *Slack     `yaml:"slack"`
	Retrain    *Retrain   `yaml:"retrain"`
	Sinks      Sinks      `yaml:"sinks"`
	Limits     Limits     `yaml:"limits"`
	Checkpoint Checkpoint `yaml:"checkpoint"`
}

// Kafka says which topics to read and how to reach them.
type Kafka struct {
	// Brokers are host:port addresses to begin with; may hold ${env:NAME}.
	Brokers []string `yaml:"brokers" config:"env"`
	// Group is the consumer group, which agents that share the work have in common.
	Group    string `yaml:"group"`
	ClientID string `yaml:"client_id" default:"anchorwatch"`
	// Predictions are the topics with predictions.
	Predictions []string `yaml:"predictions"`
	// Labels are the topics with labels; may be empty, may repeat a prediction topic.
	Labels []string `yaml:"labels"`
	// MaxLag is the age of the last record read beyond which notices are held.
	MaxLag time.Duration `yaml:"max_lag" default:"5m"`
	TLS    *TLS          `yaml:"tls"`
	SASL   *SASL         `yaml:"sasl"`
}

// TLS is the client side of an encrypted connection. An empty section means: encrypt, verify with the system's roots.
type TLS struct {
	CAFile             string `yaml:"ca_file" config:"path"`
	CertFile           string `yaml:"cert_file" config:"path"`
	KeyFile            string `yaml:"key_file" config:"path"`
	ServerName         string `yaml:"server_name"`
	InsecureSkipVerify bool   `yaml:"insecure_skip_verify"`
}

// SASL authenticates against the brokers.
type SASL struct {
	// Mechanism is plain, scram-sha-256 or scram-sha-512.
	Mechanism    string `yaml:"mechanism"`
	Username     string `yaml:"username"`
	Password     Secret `yaml:"password" config:"env"`
	PasswordFile string `yaml:"password_file" config:"path"`
}

// Mapping says where in a record each part of an event stands: lists of paths, of which the first that is there wins.
// Empty lists mean the native names. See package event for the grammar of paths.
type Mapping struct {
	ID        []string `yaml:"id"`
	Timestamp []string `yaml:"timestamp"`
	Model     []string `yaml:"model"`
	Version   []string `yaml:"version"`
	// Features are paths of objects; "value" alone takes the flat record itself.
	Features []string `yaml:"features"`
	// Exclude names features to leave out, with * as a wildcard.
	Exclude       []string `yaml:"exclude"`
	Prediction    []string `yaml:"prediction"`
	Score         []string `yaml:"score"`
	Probabilities []string `yaml:"probabilities"`
	Label         []string `yaml:"label"`
	Latency       []string `yaml:"latency_ms"`
	Error         []string `yaml:"error"`
	// Segments are paths of objects with segment values.
	Segments []string `yaml:"segments"`
}

// Time holds the rules of event time.
type Time struct {
	// OutOfOrderness is how far a partition's events may be out of order without being late.
	OutOfOrderness time.Duration `yaml:"out_of_orderness" default:"30s"`
	// AllowedLateness is how long after its end a window still takes late events.
	AllowedLateness time.Duration `yaml:"allowed_lateness" default:"10m"`
	// FutureSkew is how far an event may lie ahead of its record's timestamp.
	FutureSkew time.Duration `yaml:"future_skew" default:"5m"`
	// LabelDelay is how long after a prediction its label is awaited. Default: 90d, in a backtest without end.
	LabelDelay time.Duration `yaml:"label_delay"`
	// MaxEventAge refuses events older than this against their record's timestamp; 0 is off.
	MaxEventAge time.Duration `yaml:"max_event_age"`
}

// Join bounds the memory of waiting predictions.
type Join struct {
	// MaxPending is the memory for predictions that wait for their label; a full table admits no more and says so.
	MaxPending Bytes `yaml:"max_pending" default:"64MiB"`
}

// Model is one monitored model.
type Model struct {
	// Name as events write it.
	Name string `yaml:"name"`
	// Baseline is the path of the baseline file; {version} stands for the model version. Without one, windows are
	// counted, but nothing is compared.
	Baseline string `yaml:"baseline" config:"path"`
	// Task is binary, multiclass or regression. Default: the baseline's.
	Task string `yaml:"task"`
	// Classes are the labels a classifier can answer. Default: the baseline's.
	Classes []string `yaml:"classes"`
	// PositiveClass is the class that score is about. Default: 1 or true, else inferred from the baseline.
	PositiveClass string `yaml:"positive_class"`
	// Threshold of the score from which the positive class is meant, where an event has no class. Default: 0.5.
	Threshold *float64 `yaml:"threshold"`
	// Windows are the slices of event time that are judged; at least one.
	Windows  []Window  `yaml:"windows"`
	Segments []Segment `yaml:"segments"`
	// Measures of columns that are taken in every window beside those always taken: any of cramers_v, g_test, hellinger, kl,
	// linf, mean_shift, std_shift, tvd, welch_t, psi@deciles, psi@inner, psi@deepchecks and chi2@yates. One that a rule names
	// is taken without being listed.
	Measures []string `yaml:"measures"`
	// Rules replace the default rules.
	Rules []rules.Rule `yaml:"rules"`
	// Defaults keeps the default rules beside those written; without any rule written they hold anyway.
	Defaults bool `yaml:"defaults"`
	// LabelDelay overrides time.label_delay.
	LabelDelay time.Duration `yaml:"label_delay"`
}

// Window is a slice of event time: tumbling, or sliding if Slide is shorter than Size.
type Window struct {
	// Name in metrics, rules and notices. Default: the size as written.
	Name string        `yaml:"name"`
	Size time.Duration `yaml:"size"`
	// Slide is the step between two windows, and must divide the size. Default: the size.
	Slide time.Duration `yaml:"slide"`
}

// Segment slices a model's traffic by one value of its events: a feature, or an entry of the event's segments.
type Segment struct {
	Name string `yaml:"name"`
	// Values that have a segment of their own. Default: the baseline's categories of the feature with this name.
	Values []string `yaml:"values"`
	// Max bounds the values; further ones share the segment "other".
	Max int `yaml:"max" default:"20"`
}

// Slack sends incidents to a channel: with a bot token as messages that are edited in place, with a webhook URL in the
// degraded mode that can only post.
type Slack struct {
	Token     Secret `yaml:"token" config:"env"`
	TokenFile string `yaml:"token_file" config:"path"`
	// Channel is a channel's id (C…), with a token.
	Channel        string `yaml:"channel"`
	WebhookURL     Secret `yaml:"webhook_url" config:"env"`
	WebhookURLFile string `yaml:"webhook_url_file" config:"path"`
	APIURL         string `yaml:"api_url" config:"env" default:"https://slack.com/api/"`
}

// Retrain asks a pipeline to train a new version.
type Retrain struct {
	// URL receives the signed request. It is treated as a secret, since such URLs often hold a token.
	URL     Secret `yaml:"url" config:"env"`
	URLFile string `yaml:"url_file" config:"path"`
	// Secret signs requests and callbacks: whsec_ and 24 to 64 random bytes in base64.
	Secret     Secret `yaml:"secret" config:"env"`
	SecretFile string `yaml:"secret_file" config:"path"`
	// MinSpan is the shortest range of training data asked for, from the first failing window on.
	MinSpan time.Duration `yaml:"min_span" default:"28d"`
	// Cooldown after a finished run, in event time.
	Cooldown time.Duration `yaml:"cooldown" default:"7d"`
	// Deadline for a run, in wall time.
	Deadline time.Duration `yaml:"deadline" default:"24h"`
	// DryRun makes and shows every request, but sends none.
	DryRun bool `yaml:"dry_run"`
	// CallbackListen is the address of the listener for the pipeline's callbacks; empty: none.
	CallbackListen string `yaml:"callback_listen"`
	// CallbackURL is how the pipeline reaches that listener. Default: http://<callback_listen>.
	CallbackURL string `yaml:"callback_url" config:"env"`
}

// Sinks are further places for every report.
type Sinks struct {
	// File gets one line of JSON for every report.
	File string `yaml:"file" config:"path"`
	// Topic gets every report, keyed by window: the newest revision wins.
	Topic string `yaml:"kafka_topic"`
}

// Limits bound memory and cardinality.
type Limits struct {
	// MaxVersions are watched per model at a time.
	MaxVersions int `yaml:"max_versions" default:"5"`
	// MaxFeatures are exported as metrics per model.
	MaxFeatures int `yaml:"max_features" default:"200"`
	// MaxEvent is the largest record that is decoded.
	MaxEvent Bytes `yaml:"max_event" default:"1MiB"`
}

// Checkpoint says how often state becomes durable.
type Checkpoint struct {
	Interval time.Duration `yaml:"interval" default:"30s"`
}

// RulesInForce returns the model's own rules, with the default rules behind them if they hold.
func (m *Model) RulesInForce() []rules.Rule {
	if len(m.Rules) > 0 && !m.Defaults {
		return m.Rules
	}
	return append(append([]rules.Rule(nil), m.Rules...), rules.Defaults()...)
}

// MeasuresInForce returns which measures are taken on request, in the catalogue's order: those listed, and those that rules
// in force name.
func (m *Model) MeasuresInForce() []string {
	named := slices.Clone(m.Measures)
	for _, rule := range m.RulesInForce() {
		named = append(named, rule.Measure)
	}
	return slices.DeleteFunc(detectors.StreamMethodsOnRequest(), func(name string) bool { return !slices.Contains(named, name) })
}

// LabelDelayOf returns how long the labels of a model are awaited: what the model says, else what time.label_delay says,
// else otherwise.
func (c *Config) LabelDelayOf(m *Model, otherwise time.Duration) time.Duration {
	return cmp.Or(m.LabelDelay, c.Time.LabelDelay, otherwise)
}
