package slack_test

import (
	"encoding/json"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"pgregory.net/rapid"

	"github.com/anchorwatch/anchorwatch/alerts"
	"github.com/anchorwatch/anchorwatch/alerts/slack"
	"github.com/anchorwatch/anchorwatch/alerts/slack/slackfake"
	"github.com/anchorwatch/anchorwatch/detectors"
	"github.com/anchorwatch/anchorwatch/detectors/profile"
	"github.com/anchorwatch/anchorwatch/rules"
)

// anyName draws names from hostile alphabets, up to far beyond every limit.
func anyName() *rapid.Generator[string] {
	return rapid.Custom(func(t *rapid.T) string {
		unit := rapid.OneOf(rapid.String(), rapid.SampledFrom([]string{
			"&", "<!channel>", "`", "```", "*", "~", "_", "\n", "\u202e", "\u0000", "é", "🔴", "<https://x|y>", "|",
		})).Draw(t, "unit")
		return strings.Repeat(unit, rapid.SampledFrom([]int{0, 1, 2, 3, 60, 1500}).Draw(t, "times"))
	})
}

func anyTransition() *rapid.Generator[rules.Transition] {
	number := rapid.Float64()
	measures := rapid.SampledFrom([]string{"accuracy", "psi", "mae", "missing_rate", "psi@deciles", ""})
	return rapid.Custom(func(t *rapid.T) rules.Transition {
		at := profile.Instant(rapid.Int64().Draw(t, "at"))
		baseline := number.Draw(t, "baseline")
		tr := rules.Transition{
			Subject: rules.Subject{
				Rule: anyName().Draw(t, "rule"), Version: anyName().Draw(t, "version"), Window: anyName().Draw(t, "window"),
				Column: anyName().Draw(t, "column"), Class: anyName().Draw(t, "class"),
				Segment: profile.Segment{Name: anyName().Draw(t, "segment"), Value: anyName().Draw(t, "value")},
			},
			Kind:     rapid.SampledFrom([]rules.Kind{rules.Fire, rules.Worse, rules.Resolve, rules.Supersede, rules.Stale}).Draw(t, "kind"),
			Severity: rapid.SampledFrom([]rules.Severity{rules.Warning, rules.Page}).Draw(t, "severity"),
			At:       at, WindowStart: at, WindowEnd: at, Since: at,
			Measure: measures.Draw(t, "measure"), Value: number.Draw(t, "v"), Threshold: number.Draw(t, "threshold"),
			Retrain:     rapid.Bool().Draw(t, "retrain"),
			Measurement: detectors.Measurement{N: rapid.Uint64().Draw(t, "n"), Baseline: &baseline},
		}
		for range rapid.IntRange(0, 30).Draw(t, "points") {
			tr.History = append(tr.History, rules.Point{End: at, Value: number.Draw(t, "point")})
		}
		return tr
	})
}

// Whatever things are called and however much fires: Slack takes the message at once, with its blocks.
func TestNoMessageExceedsALimit(t *testing.T) {
	fake := slackfake.New(slackfake.Options{MessagesPerSecond: -1, MaxCharacters: 10000, Now: time.Now})
	server := httptest.NewServer(fake)
	defer server.Close()
	c := client(t)
	bot := slack.NewBot(token, channel, slack.Options{APIURL: server.URL + "/api/", HTTPClient: c, ExternalURL: "http://agent"})
	hook := slack.NewWebhook(server.URL+"/services/T1/B1/x", slack.Options{HTTPClient: c})
	rapid.Check(t, func(r *rapid.T) {
		l := alerts.NewLedger(anyName().Draw(r, "environment"), "slack")
		model := anyName().Draw(r, "model")
		var entries []alerts.Entry
		for range rapid.IntRange(1, 2).Draw(r, "groups") {
			at := profile.Instant(rapid.Int64Range(0, 1<<41).Draw(r, "at"))
			entries = append(entries, l.Apply(at, model, rapid.SliceOfN(anyTransition(), 1, 6).Draw(r, "group"))...)
			entries = append(entries, l.Note(model, at, anyName().Draw(r, "note"))...)
		}
		var receipt json.RawMessage
		for _, e := range entries {
			var err error
			if receipt, err = bot.Notify(t.Context(), e, receipt); err != nil {
				r.Fatal(err)
			}
			if _, err := hook.Notify(t.Context(), e, nil); err != nil {
				r.Fatal(err)
			}
			for _, m := range fake.Messages() {
				if !utf8.ValidString(m.Text) || len(m.Blocks) == 0 || strings.Contains(m.Text, "<!") {
					r.Fatalf("message %q with blocks %s", m.Text, m.Blocks)
				}
			}
		}
		for _, m := range fake.Messages() {
			fake.Delete(m.Channel, m.TS)
		}
	})
}

func TestNamesCannotMentionOrLink(t *testing.T) {
	evil := "<!channel> <@U1> <https://evil|click> & ``` *x*\n\u202etxt"
	fake, bot := workspace(t, slackfake.Options{})
	l := alerts.NewLedger(evil, "slack")
	tr := outOfRange(rules.Fire, date(5, 29), evil)
	tr.Rule, tr.Version, tr.Class, tr.Segment, tr.Retrain = evil, evil, evil, profile.Segment{Name: evil, Value: evil}, true
	entries := l.Apply(date(5, 29), evil, []rules.Transition{tr})
	entries = append(entries, l.Note(evil, date(5, 30), evil)...)
	tr.Kind = rules.Resolve
	entries = append(entries, l.Apply(date(5, 31), evil, []rules.Transition{tr})...)
	var receipt json.RawMessage
	for _, e := range entries {
		receipt = send(t, bot, receipt, e)
		m := fake.Messages()[0]
		for _, text := range append(marked(t, m.Blocks), m.Text) {
			for _, bad := range []string{"<!", "<@", "<http", "\u202e"} {
				if strings.Contains(text, bad) {
					t.Errorf("%q holds %q", text, bad)
				}
			}
		}
		for _, reply := range m.Replies {
			if strings.ContainsAny(reply.Text, "<>") {
				t.Errorf("reply %q", reply.Text)
			}
		}
	}
}

// marked returns the texts of blocks in which Slack looks for markup: all but preformatted ones.
func marked(t *testing.T, blocks json.RawMessage) []string {
	t.Helper()
	type object struct{ Text string }
	var list []struct {
		Type     string
		Text     *object
		Fields   []object
		Elements []json.RawMessage
	}
	if err := json.Unmarshal(blocks, &list); err != nil {
		t.Fatal(err)
	}
	var texts []string
	for _, b := range list {
		if b.Text != nil {
			texts = append(texts, b.Text.Text)
		}
		for _, f := range b.Fields {
			texts = append(texts, f.Text)
		}
		for _, raw := range b.Elements {
			var o object
			if b.Type == "context" && json.Unmarshal(raw, &o) == nil {
				texts = append(texts, o.Text)
			}
		}
	}
	return texts
}
