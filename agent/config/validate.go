package config

import (
	"encoding/base64"
	"fmt"
	"net"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/anchorwatch/anchorwatch/detectors"
	"github.com/anchorwatch/anchorwatch/rules"
)

// Validate returns everything that makes no sense in a configuration that was built in code, as Problems without places;
// nil if all is well. Load and Parse validate by themselves.
func (c *Config) Validate() error {
	found := c.problems()
	if len(found) == 0 {
		return nil
	}
	problems := make(Problems, len(found))
	for i, p := range found {
		problems[i] = Problem{Path: p.path, Message: p.message}
	}
	return problems
}

// finding is one semantic problem.
type finding struct{ path, message string }

// findings collects semantic problems below one path.
type findings struct {
	list *[]finding
	path string
}

func (c *Config) problems() []finding {
	var list []finding
	f := findings{list: &list}
	f.missing("environment", c.Environment)
	if c.Kafka != nil {
		c.Kafka.check(f.in("kafka"))
	}
	c.Time.check(f.in("time"))
	f.in("join").wrong("max_pending", c.Join.MaxPending < 1<<20, "%v: use 1MiB or more", c.Join.MaxPending)
	f.wrong("models", len(c.Models) == 0, "at least one model is required: write name, baseline and windows")
	for i := range c.Models {
		c.Models[i].check(f.in(fmt.Sprintf("models[%d]", i)), c)
		j := slices.IndexFunc(c.Models[:i], func(m Model) bool { return m.Name == c.Models[i].Name })
		f.wrong(fmt.Sprintf("models[%d].name", i), j >= 0 && c.Models[i].Name != "",
			"%q is already the name of models[%d]", c.Models[i].Name, j)
	}
	if c.Slack != nil {
		c.Slack.check(f.in("slack"))
	}
	if c.Retrain != nil {
		c.Retrain.check(f.in("retrain"))
	}
	f.in("sinks").wrong("kafka_topic", c.Sinks.Topic != "" && c.Kafka == nil, "there is no kafka section to write to")
	limits := f.in("limits")
	limits.wrong("max_versions", c.Limits.MaxVersions < 1, "%d: use 1 or more", c.Limits.MaxVersions)
	limits.wrong("max_features", c.Limits.MaxFeatures < 0, "%d: use 0 or more", c.Limits.MaxFeatures)
	limits.wrong("max_event", c.Limits.MaxEvent < 1<<10, "%v: use 1KiB or more", c.Limits.MaxEvent)
	f.in("checkpoint").wrong("interval", c.Checkpoint.Interval < time.Second, "%s: use 1s or longer",
		formatDuration(c.Checkpoint.Interval))
	return list
}

func (f findings) in(section string) findings {
	return findings{list: f.list, path: join(f.path, section)}
}

func (f findings) wrong(key string, wrong bool, format string, args ...any) {
	if wrong {
		*f.list = append(*f.list, finding{join(f.path, key), fmt.Sprintf(format, args...)})
	}
}

func (f findings) missing(key, value string) {
	f.wrong(key, strings.TrimSpace(value) == "", "required")
}

// oneOf accepts an empty value too: it means the default.
func (f findings) oneOf(key, value string, allowed ...string) {
	if value == "" || slices.Contains(allowed, value) {
		return
	}
	guess := ""
	if near := Closest(strings.ToLower(value), allowed); near != "" {
		guess = fmt.Sprintf("did you mean %q? ", near)
	}
	f.wrong(key, true, "%q: %sallowed are %s", shorten(value), guess, strings.Join(allowed, ", "))
}

// unique wants a list without empty and repeated entries.
func (f findings) unique(key string, list []string) {
	for i, entry := range list {
		at := fmt.Sprintf("%s[%d]", key, i)
		f.missing(at, entry)
		f.wrong(at, entry != "" && slices.Contains(list[:i], entry), "%q is named twice", shorten(entry))
	}
}

// address wants host:port; the host may be empty if the address is one to listen on.
func (f findings) address(key, text string, listen bool) {
	host, port, err := net.SplitHostPort(text)
	number, portErr := strconv.ParseUint(port, 10, 16)
	f.wrong(key, err != nil || portErr != nil || (number == 0 || host == "") && !listen,
		"%q: write host:port, such as localhost:9092", shorten(text))
}

// httpURL wants http or https with a host. The message leaves the URL out, because it may hold a token.
func (f findings) httpURL(key, text string) {
	u, err := url.Parse(text)
	f.wrong(key, err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "", "no http or https URL with a host")
}

func (k *Kafka) check(f findings) {
	f.wrong("brokers", len(k.Brokers) == 0, "required: write [host:port]")
	for i, broker := range k.Brokers {
		f.address(fmt.Sprintf("brokers[%d]", i), broker, false)
	}
	f.missing("group", k.Group)
	f.wrong("predictions", len(k.Predictions) == 0, "required: write the topics with predictions")
	f.unique("predictions", k.Predictions)
	f.unique("labels", k.Labels)
	f.wrong("max_lag", k.MaxLag <= 0, "%s: use longer than 0", formatDuration(k.MaxLag))
	if k.TLS != nil {
		tls := f.in("tls")
		tls.wrong("cert_file", k.TLS.CertFile == "" && k.TLS.KeyFile != "", "required beside key_file")
		tls.wrong("key_file", k.TLS.KeyFile == "" && k.TLS.CertFile != "", "required beside cert_file")
	}
	if k.SASL != nil {
		sasl := f.in("sasl")
		sasl.missing("mechanism", k.SASL.Mechanism)
		sasl.oneOf("mechanism", k.SASL.Mechanism, "plain", "scram-sha-256", "scram-sha-512")
		sasl.missing("username", k.SASL.Username)
		sasl.wrong("password", k.SASL.Password == "", "required: write password or password_file")
	}
}

func (t *Time) check(f findings) {
	for _, d := range []struct {
		key   string
		value time.Duration
	}{
		{"out_of_orderness", t.OutOfOrderness},
		{"allowed_lateness", t.AllowedLateness},
		{"future_skew", t.FutureSkew},
		{"label_delay", t.LabelDelay},
		{"max_event_age", t.MaxEventAge},
	} {
		f.wrong(d.key, d.value < 0, "%s: a duration cannot be negative", d.value)
	}
}

var placeholder = regexp.MustCompile(`\{[^}]*\}`)

func (m *Model) check(f findings, c *Config) {
	f.missing("name", m.Name)
	for _, p := range placeholder.FindAllString(m.Baseline, -1) {
		f.wrong("baseline", p != "{version}", "unknown placeholder %s: only {version} is replaced", shorten(p))
	}
	f.oneOf("task", m.Task, "binary", "multiclass", "regression")
	f.unique("classes", m.Classes)
	regression := m.Task == "regression"
	f.wrong("classes", regression && len(m.Classes) > 0, "regression has no classes: leave them out")
	f.wrong("positive_class", regression && m.PositiveClass != "", "regression has no classes: leave it out")
	f.wrong("threshold", regression && m.Threshold != nil, "regression has no score: leave it out")
	f.wrong("classes", m.Task == "binary" && len(m.Classes) > 0 && len(m.Classes) != 2,
		"%d classes, but the task is binary", len(m.Classes))
	f.wrong("positive_class", m.Task == "binary" && m.PositiveClass == "" && len(m.Classes) == 2 && UsualPositive(m.Classes) == "",
		"required, because neither 1 nor true is in classes: %s", shorten(strings.Join(m.Classes, ", ")))
	f.wrong("positive_class", m.PositiveClass != "" && len(m.Classes) > 0 && !slices.Contains(m.Classes, m.PositiveClass),
		"%q is not in classes: %s", shorten(m.PositiveClass), shorten(strings.Join(m.Classes, ", ")))
	f.wrong("label_delay", m.LabelDelay < 0, "%s: a duration cannot be negative", m.LabelDelay)
	m.checkWindows(f)
	m.checkSegments(f)
	m.checkMeasures(f)
	m.checkRules(f, c)
}

// checkMeasures wants names of measures that are taken on request, each once.
func (m *Model) checkMeasures(f findings) {
	f.unique("measures", m.Measures)
	columns := detectors.ColumnMethods()
	for i, name := range m.Measures {
		at := fmt.Sprintf("measures[%d]", i)
		switch {
		case slices.Contains(detectors.StreamMethods(), name):
			f.wrong(at, true, "%s is always measured: leave it out", name)
		case slices.Contains(columns, name) && !slices.Contains(detectors.StreamMethodsOnRequest(), name):
			f.wrong(at, true, "%s needs the values themselves, which only compare has: leave it out", name)
		default:
			f.oneOf(at, name, detectors.StreamMethodsOnRequest()...)
		}
	}
}

func (m *Model) checkWindows(f findings) {
	f.wrong("windows", len(m.Windows) == 0, "at least one window is required: write [{size: 1h}]")
	f.wrong("windows", len(m.Windows) > maxWindows, "%d are too many: use %d or fewer", len(m.Windows), maxWindows)
	var names []string
	for i, w := range m.Windows {
		in := f.in(fmt.Sprintf("windows[%d]", i))
		slide := w.Slide
		if slide == 0 {
			slide = w.Size
		}
		in.wrong("size", w.Size < time.Second, "use 1s or longer")
		in.wrong("slide", slide < 0 || slide > w.Size, "longer than the size %s", formatDuration(w.Size))
		in.wrong("slide", slide > 0 && slide <= w.Size && w.Size%slide != 0,
			"%s does not divide the size %s: use a part of it", formatDuration(slide), formatDuration(w.Size))
		in.wrong("slide", slide > 0 && w.Size/slide > maxPanes, "more than %d steps in one window: use a longer slide", maxPanes)
		in.wrong("name", w.Name != "" && slices.Contains(names, w.Name),
			"%q is already the name of a window: write a name of its own", shorten(w.Name))
		names = append(names, w.Name)
	}
}

// maxWindows and maxSegments are what a waiting prediction has room for.
const (
	maxWindows  = 16
	maxSegments = 4
)

// maxPanes bounds how many slides a window may be long: each is a set of counts in memory.
const maxPanes = 1000

func (m *Model) checkSegments(f findings) {
	f.wrong("segments", len(m.Segments) > maxSegments, "%d are too many: use %d or fewer", len(m.Segments), maxSegments)
	var names []string
	for i, s := range m.Segments {
		in := f.in(fmt.Sprintf("segments[%d]", i))
		in.missing("name", s.Name)
		in.wrong("name", s.Name != "" && slices.Contains(names, s.Name), "%q is already the name of a segment", shorten(s.Name))
		names = append(names, s.Name)
		in.unique("values", s.Values)
		in.wrong("max", s.Max < 1, "%d: use 1 or more", s.Max)
		in.wrong("max", s.Max >= 1 && s.Max < len(s.Values), "%d, but there are %d values", s.Max, len(s.Values))
	}
}

// checkRules lets package rules judge the rules themselves, and checks what they refer to.
func (m *Model) checkRules(f findings, c *Config) {
	for _, p := range rules.Validate(m.Rules) {
		f.wrong("rules"+p.Path, true, "%s", p.Message)
	}
	var reserved []string
	if m.Defaults {
		for _, rule := range rules.Defaults() {
			reserved = append(reserved, rule.Name)
		}
	}
	reserved = append(reserved, rules.Blind)
	for i := range m.Rules {
		rule, in := &m.Rules[i], f.in(fmt.Sprintf("rules[%d]", i))
		in.wrong("name", slices.Contains(reserved, rule.Name), "%q is the name of a default rule: choose another", rule.Name)
		in.wrong("window", rule.Window != "" && !slices.ContainsFunc(m.Windows, func(w Window) bool { return w.Name == rule.Window }),
			"the model has no window %q", shorten(rule.Window))
		in.wrong("segment", rule.Segment != "" && !slices.ContainsFunc(m.Segments, func(s Segment) bool { return s.Name == rule.Segment }),
			"the model has no segment %q", shorten(rule.Segment))
		in.wrong("retrain", rule.Retrain && c.Retrain == nil, "there is no retrain section that says whom to ask")
		delay := c.LabelDelayOf(m, 0)
		in.wrong("wait", rule.Wait != nil && delay > 0 && *rule.Wait > delay,
			"%s is longer than labels are awaited (%s)", formatDuration(deref(rule.Wait)), formatDuration(delay))
	}
}

func deref(d *time.Duration) time.Duration {
	if d == nil {
		return 0
	}
	return *d
}

func (s *Slack) check(f findings) {
	switch {
	case s.Token != "" && s.WebhookURL != "":
		f.wrong("webhook_url", true, "there is a token too: leave one of them out")
	case s.Token != "":
		f.missing("channel", s.Channel)
	case s.WebhookURL != "":
		f.httpURL("webhook_url", s.WebhookURL.Reveal())
		f.wrong("channel", s.Channel != "", "a webhook has its own channel: leave it out, or use a token")
	default:
		f.wrong("token", true, "required: write token and channel, or webhook_url")
	}
	f.httpURL("api_url", s.APIURL)
}

func (r *Retrain) check(f findings) {
	if r.URL != "" {
		f.httpURL("url", r.URL.Reveal())
	}
	f.wrong("url", r.URL == "" && !r.DryRun, "required: write url or url_file, or dry_run: true")
	f.wrong("secret", r.Secret == "" && !r.DryRun, "required: write secret or secret_file, or dry_run: true")
	f.wrong("secret", r.Secret != "" && !isSigningSecret(r.Secret), "no signing secret: write whsec_ and 24 to 64 bytes in base64")
	for _, d := range []struct {
		key   string
		value time.Duration
		least time.Duration
	}{{"min_span", r.MinSpan, 0}, {"cooldown", r.Cooldown, 0}, {"deadline", r.Deadline, time.Second}} {
		f.wrong(d.key, d.value < d.least, "%s: use %s or longer", d.value, formatDuration(d.least))
	}
	if r.CallbackListen != "" {
		f.address("callback_listen", r.CallbackListen, true)
	}
	if r.CallbackURL != "" {
		f.httpURL("callback_url", r.CallbackURL)
		f.wrong("callback_url", r.CallbackListen == "", "nobody listens: write callback_listen too")
	}
}

func isSigningSecret(secret Secret) bool {
	encoded, prefixed := strings.CutPrefix(secret.Reveal(), "whsec_")
	key, err := base64.StdEncoding.DecodeString(encoded)
	return prefixed && err == nil && len(key) >= 24 && len(key) <= 64
}

// UsualPositive returns the class that is the positive one unless somebody says otherwise: "1" or "true"; "" if there is
// neither.
func UsualPositive(classes []string) string {
	for _, usual := range []string{"1", "true"} {
		if slices.Contains(classes, usual) {
			return usual
		}
	}
	return ""
}
