package slack

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"time"

	slackgo "github.com/slack-go/slack"

	"github.com/anchorwatch/anchorwatch/alerts"
)

// Options are what a Bot and a Webhook are given by code.
type Options struct {
	// HTTPClient makes the calls; default: one that gives up after Timeout and follows no redirects.
	HTTPClient *http.Client
	Timeout    time.Duration // of a call; default 15 s
	// APIURL is the web API; default https://slack.com/api/.
	APIURL string
	// ExternalURL is where the agent's own pages are reachable for people; empty: messages have no link.
	ExternalURL string
}

// Bot posts to one channel with a bot token (scope chat:write; the bot must be a member of the channel).
type Bot struct {
	client  *slackgo.Client
	channel string
	render  renderer
}

var _ alerts.Notifier = (*Bot)(nil)

// NewBot returns a notifier for the channel, given by its id (C…).
func NewBot(token, channel string, options Options) *Bot {
	client := slackgo.New(token,
		slackgo.OptionHTTPClient(options.client()),
		slackgo.OptionAPIURL(cmp.Or(options.APIURL, slackgo.APIURL)))
	return &Bot{client: client, channel: channel, render: renderer{externalURL: options.ExternalURL}}
}

// client returns the HTTP client. slack-go's default has no timeout, and a redirect would carry the token elsewhere.
func (o Options) client() *http.Client {
	if o.HTTPClient != nil {
		return o.HTTPClient
	}
	return &http.Client{
		Timeout:       cmp.Or(o.Timeout, 15*time.Second),
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

// receipt is what the bot must know of an incident's messages.
type receipt struct {
	Channel string `json:"channel"`
	TS      string `json:"ts"`
	// Lines counts the lines of the timeline that the thread holds.
	Lines int `json:"lines"`
	// Outdated is an older message of the incident that does not yet point at this one.
	Outdated string `json:"outdated,omitempty"`
}

// Check asks Slack who the token belongs to: the probe of a configuration. It posts nothing.
func (b *Bot) Check(ctx context.Context) error {
	_, err := b.client.AuthTestContext(ctx)
	return classify("check the token", err)
}

// Notify shows the incident's state. A notice that finds no message of its incident posts one, whatever its kind.
func (b *Bot) Notify(ctx context.Context, entry alerts.Entry, previous json.RawMessage) (json.RawMessage, error) {
	var notice alerts.Notice
	if err := json.Unmarshal(entry.Payload, &notice); err != nil {
		return nil, fmt.Errorf("read notice: %w", err)
	}
	var held receipt
	if len(previous) > 0 {
		if err := json.Unmarshal(previous, &held); err != nil {
			return nil, fmt.Errorf("read receipt: %w", err)
		}
	}
	next, err := b.show(ctx, &notice, held)
	if err != nil {
		return nil, err
	}
	return json.Marshal(next)
}

// show posts or edits, and tells the thread what is new.
func (b *Bot) show(ctx context.Context, notice *alerts.Notice, held receipt) (receipt, error) {
	if held.TS == "" {
		return b.post(ctx, notice)
	}
	if notice.Kind == alerts.Escalated {
		next, err := b.post(ctx, notice)
		if err != nil {
			return receipt{}, err
		}
		next.Outdated = held.TS
		return b.point(ctx, notice, next), nil
	}
	next := b.point(ctx, notice, held)
	switch err := b.edit(ctx, next.TS, b.render.message(notice)); {
	case answered(err, gone):
		return b.post(ctx, notice)
	case err != nil:
		return receipt{}, err
	}
	return b.reply(ctx, notice, next)
}

// post makes a new message. Its thread begins with the first change after it, and then from the story's beginning.
func (b *Bot) post(ctx context.Context, notice *alerts.Notice) (receipt, error) {
	m := b.render.message(notice)
	channel, ts, err := b.client.PostMessageContext(ctx, b.channel, m.options()...)
	if answered(err, unshowable) {
		channel, ts, err = b.client.PostMessageContext(ctx, b.channel, m.plain().options()...)
	}
	if err != nil {
		return receipt{}, classify("post message", err)
	}
	return receipt{Channel: channel, TS: ts}, nil
}

// edit replaces a message.
func (b *Bot) edit(ctx context.Context, ts string, m message) error {
	_, _, _, err := b.client.UpdateMessageContext(ctx, b.channel, ts, m.options()...)
	if answered(err, unshowable) {
		_, _, _, err = b.client.UpdateMessageContext(ctx, b.channel, ts, m.plain().options()...)
	}
	return classify("edit message", err)
}

// reply adds the new lines of the timeline to the thread. If somebody deleted the message in between, Slack silently
// puts the reply into the channel: then the reply becomes the incident's message.
func (b *Bot) reply(ctx context.Context, notice *alerts.Notice, held receipt) (receipt, error) {
	m, ok := b.render.reply(notice, held.Lines)
	if !ok {
		return held, nil
	}
	options := append(m.options(), slackgo.MsgOptionTS(held.TS))
	_, ts, posted, err := b.client.PostMessageWithResponseContext(ctx, b.channel, options...)
	if err != nil {
		return receipt{}, classify("reply in thread", err)
	}
	held.Lines = notice.Lines
	if posted.ThreadTimestamp != "" {
		return held, nil
	}
	held.TS, held.Lines = ts, 0
	return held, b.edit(ctx, ts, b.render.message(notice))
}

// point lets an older message lead to the current one. The alert itself has been posted, so a failure here fails
// nothing: unless the message is gone, the next notice tries again.
func (b *Bot) point(ctx context.Context, notice *alerts.Notice, held receipt) receipt {
	if held.Outdated == "" {
		return held
	}
	link, err := b.client.GetPermalinkContext(ctx, &slackgo.PermalinkParameters{Channel: b.channel, Ts: held.TS})
	if err != nil {
		link = ""
	}
	err = b.edit(ctx, held.Outdated, b.render.pointer(notice, link))
	if err == nil || alerts.AsRetryable(err) == nil {
		held.Outdated = ""
	}
	return held
}
