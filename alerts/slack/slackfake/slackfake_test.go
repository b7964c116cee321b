package slackfake_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/anchorwatch/anchorwatch/alerts/slack/slackfake"
)

// call posts a form as slack-go does and returns the answer.
func call(t *testing.T, s http.Handler, method string, form url.Values) map[string]any {
	t.Helper()
	if !form.Has("token") {
		form.Set("token", "xoxb-fake")
	}
	if !form.Has("channel") {
		form.Set("channel", "C0ALERTS")
	}
	r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/api/"+method, strings.NewReader(form.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	w := httptest.NewRecorder()
	s.ServeHTTP(w, r)
	if w.Code != http.StatusOK {
		return map[string]any{"error": fmt.Sprint("HTTP ", w.Code, " ", w.Header().Get("Retry-After"))}
	}
	var answer map[string]any
	if err := json.Unmarshal(w.Body.Bytes(), &answer); err != nil {
		t.Fatal(err)
	}
	return answer
}

func unlimited() *slackfake.Server {
	return slackfake.New(slackfake.Options{MessagesPerSecond: -1, Now: time.Now, Archived: []string{"C0OLD"}, Strangers: []string{"C0OTHER"}})
}

// section is a section block with a text of n characters.
func section(n int) string {
	return `{"type":"section","text":{"type":"mrkdwn","text":"` + strings.Repeat("é", n) + `"}}`
}

func TestLimits(t *testing.T) {
	header := func(n int) string {
		return `{"type":"header","text":{"type":"plain_text","text":"` + strings.Repeat("é", n) + `"}}`
	}
	fields := func(n, length int) string {
		field := `{"type":"mrkdwn","text":"` + strings.Repeat("x", length) + `"}`
		return `{"type":"section","fields":[` + strings.TrimSuffix(strings.Repeat(field+",", n), ",") + `]}`
	}
	list := func(n int, block string) string { return strings.TrimSuffix(strings.Repeat(block+",", n), ",") }
	tests := []struct{ name, blocks, want string }{
		{"header of 150", header(150), ""},
		{"header of 151", header(151), "invalid_blocks"},
		{"section of 3000", section(3000), ""},
		{"section of 3001", section(3001), "invalid_blocks"},
		{"empty text", section(0), "invalid_blocks"},
		{"ten fields", fields(10, 10), ""},
		{"eleven fields", fields(11, 10), "invalid_blocks"},
		{"field of 2001", fields(1, 2001), "invalid_blocks"},
		{"fifty blocks", list(50, section(1)), ""},
		{"fifty-one blocks", list(51, section(1)), "invalid_blocks"},
		{"13,200 characters", list(4, section(3000)) + "," + section(1200), ""},
		{"13,201 characters", list(4, section(3000)) + "," + section(1201), "msg_blocks_too_long"},
		{"alert block", `{"type":"alert"}`, "invalid_blocks"},
		{"emoji on mrkdwn", `{"type":"section","text":{"type":"mrkdwn","text":"x","emoji":true}}`, "invalid_blocks"},
		{"markup in a header", `{"type":"header","text":{"type":"mrkdwn","text":"x"}}`, "invalid_blocks"},
		{"empty context", `{"type":"context","elements":[]}`, "invalid_blocks"},
		{"no list", `}`, "invalid_blocks_format"},
	}
	for _, test := range tests {
		answer := call(t, unlimited(), "chat.postMessage", url.Values{"text": {"x"}, "blocks": {"[" + test.blocks + "]"}})
		if got, _ := answer["error"].(string); got != test.want {
			t.Errorf("%s: %v, want %q", test.name, answer, test.want)
		}
	}
	answer := call(t, unlimited(), "chat.postMessage", url.Values{"blocks": {"[" + section(1) + "," + section(0) + "]"}})
	if !strings.Contains(fmt.Sprint(answer["response_metadata"]), "json-pointer:/blocks/1/text") {
		t.Errorf("answer %v does not name the block", answer)
	}
}

func TestAccess(t *testing.T) {
	tests := []struct {
		form url.Values
		want string
	}{
		{url.Values{"text": {"x"}}, ""},
		{url.Values{}, "no_text"},
		{url.Values{"text": {strings.Repeat("x", 40001)}}, "msg_too_long"},
		{url.Values{"text": {"x"}, "token": {""}}, "not_authed"},
		{url.Values{"text": {"x"}, "token": {"xoxb-other"}}, "invalid_auth"},
		{url.Values{"text": {"x"}, "channel": {"C0NONE"}}, "channel_not_found"},
		{url.Values{"text": {"x"}, "channel": {"C0OTHER"}}, "not_in_channel"},
		{url.Values{"text": {"x"}, "channel": {"C0OLD"}}, "is_archived"},
	}
	for _, test := range tests {
		if got, _ := call(t, unlimited(), "chat.postMessage", test.form)["error"].(string); got != test.want {
			t.Errorf("%v: %q, want %q", test.form, got, test.want)
		}
	}
}

func TestOneMessageASecond(t *testing.T) {
	now := time.Unix(1000, 0)
	s := slackfake.New(slackfake.Options{Now: func() time.Time { return now }})
	post := func() any { return call(t, s, "chat.postMessage", url.Values{"text": {"x"}})["error"] }
	if err := post(); err != nil {
		t.Error(err)
	}
	if err := post(); err != "HTTP 429 1" {
		t.Errorf("second message: %v", err)
	}
	now = now.Add(time.Second)
	if err := post(); err != nil {
		t.Error(err)
	}
	if m := s.Messages(); m[0].TS != "1000.000000" || m[1].TS != "1001.000000" {
		t.Errorf("timestamps %s, %s", m[0].TS, m[1].TS)
	}
}

func TestEditsThreadsAndDeletion(t *testing.T) {
	s := unlimited()
	ts, _ := call(t, s, "chat.postMessage", url.Values{"text": {"one"}, "blocks": {"[" + section(1) + "]"}})["ts"].(string)
	call(t, s, "chat.postMessage", url.Values{"text": {"reply"}, "thread_ts": {ts}})
	call(t, s, "chat.update", url.Values{"ts": {ts}, "text": {"two"}})
	m := s.Messages()
	if len(m) != 1 || len(m[0].Blocks) != 0 || m[0].Text != "two" || len(m[0].Edits) != 1 || len(m[0].Replies) != 1 {
		t.Fatalf("messages %+v", m)
	}
	s.Delete("C0ALERTS", ts)
	if got := call(t, s, "chat.update", url.Values{"ts": {ts}, "text": {"x"}})["error"]; got != "message_not_found" {
		t.Errorf("edit of a deleted message: %v", got)
	}
	answer := call(t, s, "chat.postMessage", url.Values{"text": {"orphan"}, "thread_ts": {ts}})
	if message, _ := answer["message"].(map[string]any); message["thread_ts"] != nil || len(s.Messages()) != 1 {
		t.Errorf("reply to a deleted message: %v", answer)
	}
}

func TestAnswerLostAfterTheFact(t *testing.T) {
	s := unlimited()
	s.Script(slackfake.Fault{Method: "chat.postMessage", Status: 504, After: true})
	if got := call(t, s, "chat.postMessage", url.Values{"text": {"x"}})["error"]; got != "HTTP 504 " || len(s.Messages()) != 1 {
		t.Errorf("%v, %d messages", got, len(s.Messages()))
	}
}

func TestPageEscapes(t *testing.T) {
	s := unlimited()
	call(t, s, "chat.postMessage", url.Values{"text": {"&lt;script&gt;alert(1)&lt;/script&gt;"}})
	var page strings.Builder
	if err := s.HTML(&page); err != nil {
		t.Fatal(err)
	}
	if strings.Contains(page.String(), "<script>") || !strings.Contains(page.String(), "&lt;script&gt;") {
		t.Error(page.String())
	}
}
