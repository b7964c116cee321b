package slack

import (
	"fmt"
	"strings"
	"unicode/utf8"

	slackgo "github.com/slack-go/slack"

	"github.com/anchorwatch/anchorwatch/alerts"
	"github.com/anchorwatch/anchorwatch/detectors"
	"github.com/anchorwatch/anchorwatch/rules"
)

// Our own limits, in characters, all well below Slack's: a header may have 150, a section 3000, a field 2000, and all
// blocks together about 13,200. Their sum stays below 10,000.
const (
	headerLimit = 150
	leadLimit   = 1500
	fieldLimit  = 200
	nameLimit   = 60
	noteLimit   = 800
	replyLimit  = 3500
	footerLimit = 500
	tableRows   = 5
	cellLimit   = 36
)

// renderer turns notices into messages.
type renderer struct {
	externalURL string
}

// message is what Slack is given: text for notifications and screen readers, blocks for the eye.
type message struct {
	text   string
	detail string // follows the text where blocks are refused
	blocks []slackgo.Block
}

func (m message) options() []slackgo.MsgOption {
	options := []slackgo.MsgOption{
		slackgo.MsgOptionText(m.text, false), slackgo.MsgOptionDisableLinkUnfurl(), slackgo.MsgOptionDisableMediaUnfurl(),
	}
	if m.blocks != nil {
		options = append(options, slackgo.MsgOptionBlocks(m.blocks...))
	}
	return options
}

func (m message) webhook() *slackgo.WebhookMessage {
	off := false
	w := &slackgo.WebhookMessage{Text: m.text, UnfurlLinks: &off, UnfurlMedia: &off}
	if m.blocks != nil {
		w.Blocks = &slackgo.Blocks{BlockSet: m.blocks}
	}
	return w
}

// plain is the message without blocks.
func (m message) plain() message {
	return message{text: m.text + "\n" + m.detail}
}

// message shows an incident's state.
func (r renderer) message(n *alerts.Notice) message {
	title := icon(n) + " " + headline(n)
	lead := r.lead(n)
	blocks := []slackgo.Block{
		slackgo.NewHeaderBlock(slackgo.NewTextBlockObject(slackgo.PlainTextType, escape(title, headerLimit), true, false)),
		section(lead),
		slackgo.NewSectionBlock(nil, fields(n), nil),
	}
	if len(n.Firing) > 0 {
		blocks = append(blocks, preformatted(table(n)))
	}
	if text := retraining(n); text != "" {
		blocks = append(blocks, section(text))
	}
	blocks = append(blocks, slackgo.NewContextBlock("", markdown(r.footer(n))))
	return message{text: escape(title, leadLimit), detail: lead, blocks: blocks}
}

// reply is the part of the timeline that a thread with so many lines lacks; false if it lacks nothing.
func (r renderer) reply(n *alerts.Notice, have int) (message, bool) {
	fresh := n.Timeline[max(0, len(n.Timeline)-max(0, n.Lines-have)):]
	if len(fresh) == 0 {
		return message{}, false
	}
	var b strings.Builder
	for i, line := range fresh {
		text := moment(line.At) + " · " + escape(line.Text, noteLimit) + "\n"
		if utf8.RuneCountInString(b.String()+text) > replyLimit {
			fmt.Fprintf(&b, "… %d more", len(fresh)-i)
			break
		}
		b.WriteString(text)
	}
	return message{text: strings.TrimSpace(b.String())}, true
}

// pointer is what becomes of a message that a newer one has taken the place of.
func (r renderer) pointer(n *alerts.Notice, link string) message {
	there := "a newer message"
	if link != "" {
		there = "<" + link + "|a newer message>"
	}
	text := fmt.Sprintf("⬆️ %s became a page: it goes on in %s.", code(n.Model), there)
	return message{text: text, blocks: []slackgo.Block{section(text)}}
}

// headline is the one line a phone shows.
func headline(n *alerts.Notice) string {
	model := clamp(n.Model, nameLimit)
	switch {
	case len(n.Firing) > 0:
		line := model + ": " + how(n.Firing[0], evidence(n, 0))
		if more := len(n.Firing) + n.More - 1; more > 0 {
			line = fmt.Sprintf("%s, and %d more", clamp(line, headerLimit-20), more)
		}
		return line
	case len(n.Waiting) > 0:
		return model + ": replaced while failing, waiting for the new version's first verdict"
	}
	return fmt.Sprintf("%s: resolved after %s", model, duration(n.EndedAt.Sub(n.OpenedAt)))
}

// evidence is the measurement behind Firing[i], nil if it is not known.
func evidence(n *alerts.Notice, i int) *detectors.Measurement {
	if i < len(n.Evidence) {
		return &n.Evidence[i]
	}
	return nil
}

// lead says in sentences what is wrong, since when, and where to look.
func (r renderer) lead(n *alerts.Notice) string {
	var text string
	switch {
	case len(n.Firing) > 0:
		t, m := n.Firing[0], evidence(n, 0)
		limit := ""
		if m != nil && m.Baseline != nil {
			limit = ", limit " + number(t.Measure, t.Threshold)
		}
		text = fmt.Sprintf("*%s*%s, failing since %s.\nLook at %s", escape(how(t, m), 400), limit, moment(t.Since),
			familyOf(t.Measure).look)
	case len(n.Waiting) > 0:
		t := n.Waiting[0]
		text = fmt.Sprintf("Version %s was failing (%s, limit %s) when a newer version took over. The incident ends if the newer version is judged ok.",
			code(t.Version), escape(what(t)+" "+number(t.Measure, t.Value), 400), number(t.Measure, t.Threshold))
	default:
		text = struck(n)
	}
	if r.externalURL != "" {
		text += "\n<" + r.externalURL + "|Open the agent's page>"
	}
	return text
}

// struck lists what has fired, struck through, each at its worst.
func struck(n *alerts.Notice) string {
	var lines []string
	for _, t := range n.Ended[:min(len(n.Ended), tableRows)] {
		lines = append(lines, fmt.Sprintf("~%s~ (worst %s, limit %s)", escape(what(t), 200),
			number(t.Measure, t.Value), number(t.Measure, t.Threshold)))
	}
	if more := len(n.Ended) - tableRows; more > 0 {
		lines = append(lines, fmt.Sprintf("… and %d more", more))
	}
	return "Nothing is failing any more. What was:\n" + strings.Join(lines, "\n")
}

// fields are the facts beside the sentence.
func fields(n *alerts.Notice) []*slackgo.TextBlockObject {
	list := []*slackgo.TextBlockObject{
		field("Severity", string(n.Severity)),
		field("State", state(n)),
		field("Opened", moment(n.OpenedAt)),
	}
	if n.Environment != "" {
		list = append(list, field("Environment", n.Environment))
	}
	shown := n.Firing
	if len(shown) == 0 {
		shown = n.Waiting
	}
	if len(shown) == 0 {
		return list
	}
	t := shown[0]
	if t.Version != "" {
		list = append(list, field("Version", t.Version))
	}
	judged := "window to " + moment(t.WindowEnd)
	if t.Window != "" {
		judged = t.Window + " " + judged
	}
	if m := evidence(n, 0); m != nil && m.N > 0 {
		judged += fmt.Sprintf(", %d %s", m.N, familyOf(t.Measure).rows)
	}
	return append(list, field("Judged on", judged))
}

func state(n *alerts.Notice) string {
	switch {
	case len(n.Firing) > 0:
		return "failing"
	case len(n.Waiting) > 0:
		return "waiting for the new version's verdict"
	}
	return "resolved " + moment(n.EndedAt)
}

// table aligns what is firing: value, limit, baseline and how it got there.
func table(n *alerts.Notice) string {
	rows := [][]string{{"what", "now", "limit", "baseline", "trend"}}
	for i, t := range n.Firing[:min(len(n.Firing), tableRows)] {
		sign, baseline, trend := "> ", "", ""
		if t.Value < t.Threshold {
			sign = "< "
		}
		if m := evidence(n, i); m != nil && m.Baseline != nil {
			baseline = number(t.Measure, *m.Baseline)
		}
		if i < len(n.Charts) {
			trend = sparkline(n.Charts[i].Points, 16)
		}
		rows = append(rows, []string{
			clamp(what(t), cellLimit), number(t.Measure, t.Value),
			sign + number(t.Measure, t.Threshold), baseline, trend,
		})
	}
	text := align(rows)
	if more := len(n.Firing) + n.More - tableRows; more > 0 {
		text += fmt.Sprintf("\n… and %d more", more)
	}
	return text
}

// align pads the columns of a table of monospaced text.
func align(rows [][]string) string {
	widths := make([]int, len(rows[0]))
	for _, row := range rows {
		for i, cell := range row {
			widths[i] = max(widths[i], utf8.RuneCountInString(cell))
		}
	}
	lines := make([]string, 0, len(rows))
	for _, row := range rows {
		var b strings.Builder
		for i, cell := range row {
			b.WriteString(cell + strings.Repeat(" ", widths[i]-utf8.RuneCountInString(cell)+2))
		}
		lines = append(lines, strings.TrimRight(b.String(), " "))
	}
	return strings.Join(lines, "\n")
}

// retraining says what has been started.
func retraining(n *alerts.Notice) string {
	if n.Note != "" {
		return "🔁 " + escape(n.Note, noteLimit)
	}
	for _, t := range n.Firing {
		if t.Retrain {
			return "🔁 Rule " + code(t.Rule) + " may ask for retraining; the thread will say so."
		}
	}
	return ""
}

// footer is for whoever looks for the incident elsewhere.
func (r renderer) footer(n *alerts.Notice) string {
	text := "anchorwatch · incident " + escape(n.Incident, nameLimit)
	seen := map[string]bool{}
	for _, t := range append(append([]rules.Transition{}, n.Firing...), n.Waiting...) {
		name := " · rule " + code(t.Rule)
		if seen[t.Rule] || utf8.RuneCountInString(text+name) > footerLimit {
			continue
		}
		seen[t.Rule] = true
		text += name
	}
	return text
}

func field(name, value string) *slackgo.TextBlockObject {
	return markdown("*" + name + "*\n" + escape(value, fieldLimit))
}

// section is a paragraph whose text is escaped already.
func section(text string) *slackgo.SectionBlock {
	return slackgo.NewSectionBlock(markdown(text), nil, nil)
}

func markdown(text string) *slackgo.TextBlockObject {
	return slackgo.NewTextBlockObject(slackgo.MarkdownType, text, false, true)
}

// preformatted is monospaced text that Slack takes literally, so nothing in it needs escaping.
func preformatted(text string) slackgo.Block {
	return slackgo.NewRichTextBlock("", &slackgo.RichTextPreformatted{
		Type:     slackgo.RTEPreformatted,
		Elements: []slackgo.RichTextSectionElement{slackgo.NewRichTextSectionTextElement(text, nil)},
	})
}
