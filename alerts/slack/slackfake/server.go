package slackfake

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"
)

// Options say what the workspace is like. Everything has a default.
type Options struct {
	Token string // that is accepted; default "xoxb-fake"
	// Channels the bot is a member of; default "C0ALERTS". Strangers exist, but the bot is no member; Archived are closed.
	Channels, Strangers, Archived []string
	// WebhookChannel is where incoming webhooks post; default the first of Channels.
	WebhookChannel string
	// MessagesPerSecond a channel takes before it answers 429 with Retry-After 1; default 1, negative: no limit.
	MessagesPerSecond int
	// MaxCharacters of all blocks of a message together; default 13,200, which Slack does not document.
	MaxCharacters int
	// Now is the clock that rates and timestamps run on; required.
	Now func() time.Time
	// OnMessage hears of each message that is posted or edited, top-level or reply, after the fact.
	OnMessage func(Message)
}

// Server is a Slack workspace behind an http.Handler: the web API under /api/ (so its base URL for clients ends in
// "/api/"), incoming webhooks under /services/. It is safe for concurrent use.
type Server struct {
	options Options

	mu       sync.Mutex
	messages []*Message // top-level, oldest first
	faults   []Fault
	lastTS   int64 // microseconds
	// recent posts by channel, within the last second.
	recent map[string][]time.Time
	calls  map[string]int
}

// New returns an empty workspace.
func New(options Options) *Server {
	if options.Token == "" {
		options.Token = "xoxb-fake"
	}
	if len(options.Channels) == 0 {
		options.Channels = []string{"C0ALERTS"}
	}
	if options.WebhookChannel == "" {
		options.WebhookChannel = options.Channels[0]
	}
	if options.MessagesPerSecond == 0 {
		options.MessagesPerSecond = 1
	}
	if options.MaxCharacters == 0 {
		options.MaxCharacters = 13200
	}
	return &Server{options: options, recent: map[string][]time.Time{}, calls: map[string]int{}}
}

// Calls returns how often a method was called, refused calls included; "webhook" counts incoming webhooks.
func (s *Server) Calls(method string) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.calls[method]
}

// maxBody is more than any message within the limits needs.
const maxBody = 1 << 20

// ServeHTTP answers as Slack does: HTTP 200 with ok false for what a method refuses.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	r.Body = http.MaxBytesReader(w, r.Body, maxBody)
	name, api := strings.CutPrefix(r.URL.Path, "/api/")
	switch {
	case r.Method != http.MethodPost && name != "chat.getPermalink":
		http.Error(w, "only POST", http.StatusMethodNotAllowed)
	case strings.HasPrefix(r.URL.Path, "/services/"):
		body, err := io.ReadAll(r.Body)
		s.call("webhook", w, func() outcome { return s.webhook(r.URL.Path, body, err) })
	case !api:
		http.NotFound(w, r)
	case r.Method == http.MethodPost && !strings.HasPrefix(r.Header.Get("Content-Type"), "application/x-www-form-urlencoded"),
		r.ParseForm() != nil:
		answer(w, reply{Error: "invalid_form_data"})
	default:
		s.call(name, w, func() outcome { return s.method(name, r) })
	}
}

// outcome is what a call comes to: an answer, and perhaps a message to tell OnMessage of.
type outcome struct {
	reply   reply
	limited bool // 429
	// status and text answer a webhook.
	status  int
	text    string
	message *Message
}

// call counts, fails where the script says so, acts, and answers.
func (s *Server) call(name string, w http.ResponseWriter, act func() outcome) {
	s.mu.Lock()
	s.calls[name]++
	fault := s.fault(name)
	var done outcome
	if fault == nil || fault.After {
		done = act()
		if done.message != nil {
			copied := done.message.copy()
			done.message = &copied
		}
	}
	s.mu.Unlock()

	if done.message != nil && s.options.OnMessage != nil {
		s.options.OnMessage(*done.message)
	}
	switch {
	case fault != nil:
		fault.fail(w)
	case done.limited:
		w.Header().Set("Retry-After", "1")
		http.Error(w, `{"ok":false,"error":"ratelimited"}`, http.StatusTooManyRequests)
	case done.status != 0:
		w.Header().Set("Content-Type", "text/plain")
		w.WriteHeader(done.status)
		_, _ = w.Write([]byte(done.text))
	default:
		answer(w, done.reply)
	}
}

// reply is the JSON of the web API.
type reply struct {
	OK        bool          `json:"ok"`
	Error     string        `json:"error,omitempty"`
	Needed    string        `json:"needed,omitempty"`
	Provided  string        `json:"provided,omitempty"`
	Channel   string        `json:"channel,omitempty"`
	TS        string        `json:"ts,omitempty"`
	Text      string        `json:"text,omitempty"`
	Permalink string        `json:"permalink,omitempty"`
	User      string        `json:"user,omitempty"`
	Team      string        `json:"team,omitempty"`
	Message   *replyMessage `json:"message,omitempty"`
	Metadata  *metadata     `json:"response_metadata,omitempty"`
}

type replyMessage struct {
	Type     string `json:"type"`
	Text     string `json:"text"`
	TS       string `json:"ts"`
	ThreadTS string `json:"thread_ts,omitempty"`
}

type metadata struct {
	Messages []string `json:"messages"`
}

func answer(w http.ResponseWriter, r reply) {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	_ = json.NewEncoder(w).Encode(r)
}

// refuse is an answer with ok false; details name what is wrong, by JSON pointer.
func refuse(code string, details ...string) outcome {
	r := reply{Error: code}
	if len(details) > 0 {
		r.Metadata = &metadata{Messages: details}
	}
	return outcome{reply: r}
}

// stamp returns a timestamp no other message has. Requires s.mu.
func (s *Server) stamp() string {
	s.lastTS = max(s.lastTS+1, s.options.Now().UnixMicro())
	return fmt.Sprintf("%d.%06d", s.lastTS/1e6, s.lastTS%1e6)
}

// limited counts a post against the channel's rate, and reports whether it is beyond it. Requires s.mu.
func (s *Server) limited(channel string) bool {
	if s.options.MessagesPerSecond < 0 {
		return false
	}
	now := s.options.Now()
	var recent []time.Time
	for _, t := range s.recent[channel] {
		if now.Sub(t) < time.Second {
			recent = append(recent, t)
		}
	}
	if len(recent) >= s.options.MessagesPerSecond {
		s.recent[channel] = recent
		return true
	}
	s.recent[channel] = append(recent, now)
	return false
}

// seconds reads a timestamp back.
func seconds(ts string) time.Time {
	whole, _, _ := strings.Cut(ts, ".")
	n, err := strconv.ParseInt(whole, 10, 64)
	if err != nil {
		return time.Time{}
	}
	return time.Unix(n, 0).UTC()
}
