package slackfake

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"
)

// method answers one call of the web API. Requires s.mu.
func (s *Server) method(name string, r *http.Request) outcome {
	token := r.Form.Get("token")
	if bearer, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer "); ok {
		token = bearer
	}
	switch {
	case token == "":
		return refuse("not_authed")
	case token != s.options.Token:
		return refuse("invalid_auth")
	}
	switch name {
	case "auth.test":
		return outcome{reply: reply{OK: true, User: "anchorwatch", Team: "fake"}}
	case "chat.postMessage":
		return s.post(r)
	case "chat.update":
		return s.update(r)
	case "chat.getPermalink":
		return s.permalink(r)
	}
	return refuse("unknown_method")
}

// access says why the bot may not write to a channel, empty if it may.
func (s *Server) access(channel string) string {
	switch {
	case channel == "":
		return "channel_not_found"
	case slices.Contains(s.options.Channels, channel):
		return ""
	case slices.Contains(s.options.Strangers, channel):
		return "not_in_channel"
	case slices.Contains(s.options.Archived, channel):
		return "is_archived"
	}
	return "channel_not_found"
}

// post is chat.postMessage. A reply to a message that is gone becomes a message of its own, without a word.
func (s *Server) post(r *http.Request) outcome {
	channel := r.Form.Get("channel")
	if code := s.access(channel); code != "" {
		return refuse(code)
	}
	text, blocks, bad := s.content(r)
	if bad != nil {
		return *bad
	}
	if s.limited(channel) {
		return outcome{limited: true}
	}
	m := &Message{Channel: channel, TS: s.stamp(), Text: text, Blocks: blocks}
	if parent := s.parent(channel, r.Form.Get("thread_ts")); parent != nil {
		m.ThreadTS = parent.TS
		parent.Replies = append(parent.Replies, *m)
	} else {
		s.messages = append(s.messages, m)
	}
	return outcome{message: m, reply: reply{OK: true, Channel: channel, TS: m.TS, Message: &replyMessage{
		Type: "message", Text: text, TS: m.TS, ThreadTS: m.ThreadTS,
	}}}
}

// parent returns the top-level message with that timestamp, nil if there is none.
func (s *Server) parent(channel, ts string) *Message {
	for _, m := range s.messages {
		if m.Channel == channel && m.TS == ts {
			return m
		}
	}
	return nil
}

// update is chat.update: it wants a channel's id, and a text without blocks drops the blocks there were.
func (s *Server) update(r *http.Request) outcome {
	channel := r.Form.Get("channel")
	if code := s.access(channel); code != "" {
		return refuse(code)
	}
	m := s.find(channel, r.Form.Get("ts"))
	switch {
	case m == nil:
		return refuse("message_not_found")
	case m.Webhook:
		return refuse("cant_update_message")
	}
	text, blocks, bad := s.content(r)
	if bad != nil {
		return *bad
	}
	m.Edits = append(m.Edits, Edit{Text: m.Text, Blocks: m.Blocks})
	m.Text, m.Blocks = text, blocks
	return outcome{message: m, reply: reply{OK: true, Channel: channel, TS: m.TS, Text: text}}
}

func (s *Server) permalink(r *http.Request) outcome {
	channel, ts := r.Form.Get("channel"), r.Form.Get("message_ts")
	if s.find(channel, ts) == nil {
		return refuse("message_not_found")
	}
	link := "https://fake.slack.com/archives/" + channel + "/p" + strings.ReplaceAll(ts, ".", "")
	return outcome{reply: reply{OK: true, Channel: channel, Permalink: link}}
}

// content reads text and blocks of a form, or says what is wrong with them.
func (s *Server) content(r *http.Request) (string, json.RawMessage, *outcome) {
	return s.checked(r.Form.Get("text"), json.RawMessage(r.Form.Get("blocks")))
}

func (s *Server) checked(text string, blocks json.RawMessage) (string, json.RawMessage, *outcome) {
	code, details := checkText(text), []string(nil)
	if code == "" && len(blocks) > 0 {
		code, details = checkBlocks(blocks, s.options.MaxCharacters)
	}
	if code == "" && text == "" && len(blocks) == 0 {
		code = "no_text"
	}
	if code != "" {
		bad := refuse(code, details...)
		return "", nil, &bad
	}
	return text, blocks, nil
}

// webhook is an incoming webhook: JSON in, "ok" or an error as plain text out, and never a timestamp. Requires s.mu.
func (s *Server) webhook(path string, body []byte, err error) outcome {
	var message struct {
		Text   string          `json:"text"`
		Blocks json.RawMessage `json:"blocks"`
	}
	if err != nil || json.Unmarshal(body, &message) != nil {
		return outcome{status: http.StatusBadRequest, text: "invalid_payload"}
	}
	if strings.Count(path, "/") != 4 {
		return outcome{status: http.StatusNotFound, text: "no_service"}
	}
	switch s.access(s.options.WebhookChannel) {
	case "is_archived":
		return outcome{status: http.StatusGone, text: "channel_is_archived"}
	case "channel_not_found":
		return outcome{status: http.StatusNotFound, text: "channel_not_found"}
	}
	text, blocks, bad := s.checked(message.Text, message.Blocks)
	if bad != nil {
		return outcome{status: http.StatusBadRequest, text: bad.reply.Error}
	}
	if s.limited(s.options.WebhookChannel) {
		return outcome{limited: true}
	}
	m := &Message{Channel: s.options.WebhookChannel, TS: s.stamp(), Text: text, Blocks: blocks, Webhook: true}
	s.messages = append(s.messages, m)
	return outcome{status: http.StatusOK, text: "ok", message: m}
}
