package slack_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/anchorwatch/anchorwatch/alerts"
	"github.com/anchorwatch/anchorwatch/alerts/alertstest"
	"github.com/anchorwatch/anchorwatch/alerts/slack"
	"github.com/anchorwatch/anchorwatch/alerts/slack/slackfake"
	"github.com/anchorwatch/anchorwatch/detectors"
	"github.com/anchorwatch/anchorwatch/detectors/profile"
	"github.com/anchorwatch/anchorwatch/rules"
)

var update = flag.Bool("update", false, "rewrite the golden files")

const (
	token   = "xoxb-fake"
	channel = "C0ALERTS"
)

// date is midnight of a day of 1997.
func date(month time.Month, d int) profile.Instant {
	return profile.InstantOf(time.Date(1997, month, d, 0, 0, 0, 0, time.UTC))
}

// accuracy is the page of the demonstration's story: 0.560 against 0.807 in its second failing window.
func accuracy(kind rules.Kind, at profile.Instant, version string, value, threshold float64) rules.Transition {
	week := 7 * 24 * time.Hour
	return rules.Transition{
		Subject: rules.Subject{Rule: "accuracy-drop", Model: "elec", Version: version, Window: "14d"},
		Kind:    kind, Severity: rules.Page, At: at, WindowStart: at.Add(-2 * week), WindowEnd: at, Since: at.Add(-4 * week),
		Measure: "accuracy", Value: value, Threshold: threshold, Retrain: true,
		Measurement: detectors.Measurement{Name: "accuracy", Value: value, N: 657, Baseline: new(0.807), Status: detectors.OK},
		History: []rules.Point{
			{End: at.Add(-8 * week), Value: 0.873},
			{End: at.Add(-6 * week), Value: 0.808},
			{End: at.Add(-4 * week), Value: 0.724},
			{End: at.Add(-2 * week), Value: 0.649},
			{End: at, Value: value},
		},
	}
}

func outOfRange(kind rules.Kind, at profile.Instant, column string) rules.Transition {
	t := accuracy(kind, at, "1", 0.786, 0.5)
	t.Rule, t.Column, t.Measure, t.Severity, t.Retrain = "inputs-out-of-range", column, "out_of_range_rate", rules.Warning, false
	t.Measurement = detectors.Measurement{Name: t.Measure, Column: column, Value: t.Value, N: 672, Status: detectors.OK}
	t.History = []rules.Point{{End: at.Add(-14 * 24 * time.Hour), Value: 0}, {End: at, Value: 0.786}}
	return t
}

// story plays the demonstration's first incident and returns its entries.
func story() []alerts.Entry {
	l := alerts.NewLedger("production", "slack")
	entries := l.Apply(date(5, 29), "elec", []rules.Transition{
		outOfRange(rules.Fire, date(5, 29), "vicprice"), outOfRange(rules.Fire, date(5, 29), "vicdemand"),
	})
	entries = append(entries, l.Apply(date(7, 10), "elec", []rules.Transition{
		accuracy(rules.Fire, date(7, 10), "1", 0.5599, 0.7072),
	})...)
	entries = append(entries, l.Note("elec", date(7, 10), "Retraining requested on the data of 1997-06-12 to 1997-09-04")...)
	entries = append(entries, l.Apply(date(9, 18), "elec", []rules.Transition{
		accuracy(rules.Supersede, date(9, 18), "1", 0.668, 0.7072),
		outOfRange(rules.Resolve, date(9, 18), "vicprice"), outOfRange(rules.Resolve, date(9, 18), "vicdemand"),
	})...)
	return append(entries, l.Apply(date(9, 18).Add(time.Hour), "elec", []rules.Transition{
		accuracy(rules.Resolve, date(9, 18), "2", 0.7046, 0.6748),
	})...)
}

// workspace is a fake Slack without a rate limit, and a bot in it.
func workspace(t *testing.T, options slackfake.Options) (*slackfake.Server, *slack.Bot) {
	t.Helper()
	if options.MessagesPerSecond == 0 {
		options.MessagesPerSecond = -1
	}
	options.Now = time.Now
	fake := slackfake.New(options)
	server := httptest.NewServer(fake)
	t.Cleanup(server.Close)
	return fake, slack.NewBot(token, channel, slack.Options{APIURL: server.URL + "/api/", HTTPClient: client(t)})
}

func client(t *testing.T) *http.Client {
	t.Helper()
	transport := &http.Transport{}
	t.Cleanup(transport.CloseIdleConnections)
	return &http.Client{
		Transport:     transport,
		Timeout:       5 * time.Second,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

// send delivers entries one after the other, each with the receipt of the one before.
func send(t *testing.T, notifier alerts.Notifier, receipt json.RawMessage, entries ...alerts.Entry) json.RawMessage {
	t.Helper()
	for _, e := range entries {
		next, err := notifier.Notify(t.Context(), e, receipt)
		if err != nil {
			t.Fatal(err)
		}
		receipt = next
	}
	return receipt
}

func TestMessagesOfAnIncident(t *testing.T) {
	fake, bot := workspace(t, slackfake.Options{})
	names := []string{"opened", "escalated", "noted", "updated", "resolved"}
	var receipt json.RawMessage
	for i, e := range story() {
		receipt = send(t, bot, receipt, e)
		messages := fake.Messages()
		shown := messages[len(messages)-1]
		var pretty bytes.Buffer
		raw, err := json.Marshal(map[string]any{"text": shown.Text, "blocks": shown.Blocks})
		if err == nil {
			err = json.Indent(&pretty, raw, "", "  ")
		}
		if err != nil {
			t.Fatal(err)
		}
		golden(t, names[i]+".golden.json", append(pretty.Bytes(), '\n'))
	}
	var screen bytes.Buffer
	if err := fake.Render(&screen); err != nil {
		t.Fatal(err)
	}
	// The time of posting is the wall clock's.
	lines := strings.Split(screen.String(), "\n")
	for i, line := range lines {
		if strings.HasPrefix(line, "┌") {
			lines[i] = "┌ " + channel
		}
	}
	golden(t, "channel.golden.txt", []byte(strings.Join(lines, "\n")))
	if posted := fake.Messages(); len(posted) != 2 || len(posted[0].Edits) != 1 || len(posted[1].Replies) != 3 {
		t.Errorf("messages %+v", posted)
	}
}

func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(path, got, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("%s differs; got\n%s", path, got)
	}
}

func TestDeletedMessageIsPostedAfresh(t *testing.T) {
	fake, bot := workspace(t, slackfake.Options{})
	entries := story()
	receipt := send(t, bot, nil, entries[1])
	fake.Delete(channel, fake.Messages()[0].TS)
	receipt = send(t, bot, receipt, entries[2])
	if messages := fake.Messages(); len(messages) != 1 || len(messages[0].Replies) != 0 {
		t.Fatalf("messages %+v", messages)
	}
	send(t, bot, receipt, entries[3])
	if messages := fake.Messages(); len(messages) != 1 || len(messages[0].Replies) != 1 {
		t.Errorf("messages %+v", messages)
	}
}

func TestReplyWithoutItsParentBecomesTheMessage(t *testing.T) {
	var fake *slackfake.Server
	options := slackfake.Options{OnMessage: func(m slackfake.Message) {
		if len(m.Edits) == 1 && m.ThreadTS == "" && fake.Calls("chat.update") == 1 {
			fake.Delete(m.Channel, m.TS) // between the edit and the reply
		}
	}}
	fake, bot := workspace(t, options)
	entries := story()
	receipt := send(t, bot, nil, entries[1])
	receipt = send(t, bot, receipt, entries[2])
	messages := fake.Messages()
	if len(messages) != 1 || !strings.HasPrefix(messages[0].Text, "🔴 elec") {
		t.Fatalf("messages %+v", messages)
	}
	send(t, bot, receipt, entries[3])
	if messages := fake.Messages(); len(messages) != 1 || len(messages[0].Replies) != 1 {
		t.Errorf("messages %+v", messages)
	}
}

func TestRefusedBlocksFallBackToText(t *testing.T) {
	fake, bot := workspace(t, slackfake.Options{})
	fake.Script(slackfake.Fault{Method: "chat.postMessage", Error: "invalid_blocks"})
	send(t, bot, nil, story()[1])
	if m := fake.Messages()[0]; len(m.Blocks) != 0 || !strings.Contains(m.Text, "56.0 %") || !strings.Contains(m.Text, "Look at") {
		t.Errorf("message %+v", m)
	}
}

func TestRepeatAfterAFailureBetweenTwoCallsAddsNothing(t *testing.T) {
	fake, bot := workspace(t, slackfake.Options{})
	entries := story()
	receipt := send(t, bot, nil, entries[1])
	fake.Script(slackfake.Fault{Method: "chat.postMessage", Status: 503})
	if _, err := bot.Notify(t.Context(), entries[2], receipt); alerts.AsRetryable(err) == nil {
		t.Fatalf("%v: want retryable", err)
	}
	send(t, bot, receipt, entries[2])
	if m := fake.Messages(); len(m) != 1 || len(m[0].Replies) != 1 {
		t.Errorf("messages %+v", m)
	}
}

func TestEscalationIsPostedEvenIfTheOldMessageCannotBeEdited(t *testing.T) {
	fake, bot := workspace(t, slackfake.Options{})
	entries := story()
	receipt := send(t, bot, nil, entries[0])
	fake.Script(slackfake.Fault{Method: "chat.update", Status: 500})
	receipt = send(t, bot, receipt, entries[1])
	if m := fake.Messages(); len(m) != 2 || len(m[0].Edits) != 0 {
		t.Fatalf("messages %+v", m)
	}
	send(t, bot, receipt, entries[2])
	if m := fake.Messages()[0]; !strings.Contains(m.Text, "became a page") {
		t.Errorf("old message %q does not point at the new one", m.Text)
	}
}

func TestAnswersOfTheWebAPI(t *testing.T) {
	tests := []struct {
		code  string
		retry bool
	}{
		{"internal_error", true},
		{"fatal_error", true},
		{"service_unavailable", true},
		{"request_timeout", true},
		{"ratelimited", true},
		{"invalid_auth", false},
		{"account_inactive", false},
		{"token_revoked", false},
		{"not_in_channel", false},
		{"channel_not_found", false},
		{"is_archived", false},
		{"msg_too_long", false},
		{"no_text", false},
		{"missing_scope", false},
	}
	for _, test := range tests {
		fake, bot := workspace(t, slackfake.Options{})
		fake.Script(slackfake.Fault{Error: test.code})
		_, err := bot.Notify(t.Context(), story()[0], nil)
		if err == nil || (alerts.AsRetryable(err) != nil) != test.retry {
			t.Errorf("%s: %v, want retryable %t", test.code, err, test.retry)
		}
		if err != nil && !strings.Contains(err.Error(), test.code) {
			t.Errorf("%v does not name %s", err, test.code)
		}
	}
}

func TestTheRealRefusals(t *testing.T) {
	fake := slackfake.New(slackfake.Options{
		Strangers: []string{"C0OTHER"}, Archived: []string{"C0OLD"}, Now: time.Now,
	})
	server := httptest.NewServer(fake)
	defer server.Close()
	tests := []struct{ token, channel, want string }{
		{"xoxb-wrong", channel, "invalid_auth"},
		{token, "C0NONE", "channel_not_found"},
		{token, "C0OTHER", "not_in_channel"},
		{token, "C0OLD", "is_archived"},
	}
	for _, test := range tests {
		bot := slack.NewBot(test.token, test.channel, slack.Options{APIURL: server.URL + "/api/", HTTPClient: client(t)})
		_, err := bot.Notify(t.Context(), story()[0], nil)
		if err == nil || !strings.Contains(err.Error(), test.want) || alerts.AsRetryable(err) != nil {
			t.Errorf("%v, want %s and final", err, test.want)
		}
	}
	wrong := slack.NewBot("xoxb-wrong", channel, slack.Options{APIURL: server.URL + "/api/", HTTPClient: client(t)})
	if err := wrong.Check(t.Context()); err == nil {
		t.Error("a wrong token passes the check")
	}
	right := slack.NewBot(token, channel, slack.Options{APIURL: server.URL + "/api/", HTTPClient: client(t)})
	if err := right.Check(t.Context()); err != nil {
		t.Error(err)
	}
}

func TestRateLimitSaysHowLong(t *testing.T) {
	_, bot := workspace(t, slackfake.Options{MessagesPerSecond: 1})
	send(t, bot, nil, story()[0])
	_, err := bot.Notify(t.Context(), story()[0], nil)
	if r := alerts.AsRetryable(err); r == nil || r.After != time.Second {
		t.Errorf("%v, want retryable after 1 s", err)
	}
}

func TestWebhookPostsWhatIsWorthAMessage(t *testing.T) {
	fake := slackfake.New(slackfake.Options{MessagesPerSecond: -1, Now: time.Now})
	server := httptest.NewServer(fake)
	defer server.Close()
	hook := slack.NewWebhook(server.URL+"/services/T1/B1/secret", slack.Options{HTTPClient: client(t), ExternalURL: "http://agent:9100"})
	receipt := send(t, hook, nil, story()...)
	if receipt != nil {
		t.Errorf("receipt %s", receipt)
	}
	messages := fake.Messages()
	if len(messages) != 3 {
		t.Fatalf("%d messages, want opened, escalated, resolved", len(messages))
	}
	for i, icon := range []string{"🟠", "🔴", "🟢"} {
		if m := messages[i]; !strings.HasPrefix(m.Text, icon) || !strings.Contains(string(m.Blocks), "http://agent:9100") {
			t.Errorf("message %d: %q", i, m.Text)
		}
	}
	fake.Script(slackfake.Fault{Status: 400})
	send(t, hook, nil, story()[0])
	if m := fake.Messages()[3]; len(m.Blocks) != 0 {
		t.Error("refused blocks were not dropped")
	}
}

func TestSecretsStayOutOfErrors(t *testing.T) {
	server := httptest.NewServer(nil)
	server.Close()
	hook := slack.NewWebhook(server.URL+"/services/T1/B1/geheim", slack.Options{HTTPClient: client(t)})
	_, err := hook.Notify(t.Context(), story()[0], nil)
	if err == nil || strings.Contains(err.Error(), "geheim") {
		t.Errorf("error %v", err)
	}
	bot := slack.NewBot("xoxb-geheim", channel, slack.Options{APIURL: server.URL + "/api/", HTTPClient: client(t)})
	if _, err := bot.Notify(t.Context(), story()[0], nil); err == nil || strings.Contains(err.Error(), "geheim") {
		t.Errorf("error %v", err)
	}
}

func TestStatusCodes(t *testing.T) {
	t.Run("bot", func(t *testing.T) {
		alertstest.StatusCodes(t, func(url string) alerts.Notifier {
			return slack.NewBot(token, channel, slack.Options{APIURL: url + "/api/", HTTPClient: client(t)})
		}, story()[0])
	})
	t.Run("webhook", func(t *testing.T) {
		alertstest.StatusCodes(t, func(url string) alerts.Notifier {
			return slack.NewWebhook(url+"/services/T1/B1/secret", slack.Options{HTTPClient: client(t)})
		}, story()[0])
	})
}
