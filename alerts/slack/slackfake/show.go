package slackfake

import (
	"encoding/json"
	"fmt"
	"html/template"
	"io"
	"regexp"
	"strings"
)

// part is one piece of a message as a reader sees it.
type part struct {
	Kind string // header, text, fields, code, small
	Text string
	List []string
}

// parts reads a message's blocks; without blocks the text is the message.
func (m Message) parts() []part {
	var blocks []block
	if len(m.Blocks) == 0 || json.Unmarshal(m.Blocks, &blocks) != nil || len(blocks) == 0 {
		return []part{{Kind: "text", Text: plain(m.Text)}}
	}
	var parts []part
	for _, b := range blocks {
		switch {
		case b.Type == "header" && b.Text != nil:
			parts = append(parts, part{Kind: "header", Text: plain(b.Text.Text)})
		case b.Type == "section" && b.Text != nil:
			parts = append(parts, part{Kind: "text", Text: plain(b.Text.Text)})
		case b.Type == "section":
			p := part{Kind: "fields"}
			for _, f := range b.Fields {
				p.List = append(p.List, plain(strings.Replace(f.Text, "*\n", ":* ", 1)))
			}
			parts = append(parts, p)
		case b.Type == "rich_text":
			for _, raw := range b.Elements {
				var pre struct{ Elements []textObject }
				if json.Unmarshal(raw, &pre) == nil && len(pre.Elements) > 0 {
					parts = append(parts, part{Kind: "code", Text: pre.Elements[0].Text})
				}
			}
		case b.Type == "context":
			for _, raw := range b.Elements {
				var t textObject
				if json.Unmarshal(raw, &t) == nil {
					parts = append(parts, part{Kind: "small", Text: plain(t.Text)})
				}
			}
		}
	}
	return parts
}

var (
	link   = regexp.MustCompile(`<([^|>]+)\|([^>]+)>`)
	strong = regexp.MustCompile(`\*([^*\n]+)\*`)
	struck = regexp.MustCompile(`~([^~\n]+)~`)
	back   = strings.NewReplacer("&lt;", "<", "&gt;", ">", "&amp;", "&", "`", "")
)

// plain is markup as plain text: links by their title, bold bare, entities as characters.
func plain(text string) string {
	text = link.ReplaceAllString(text, "$2")
	text = strong.ReplaceAllString(text, "$1")
	text = struck.ReplaceAllString(text, "$1")
	return back.Replace(text)
}

// Render writes the message and its thread as a terminal shows it.
func (m Message) Render(w io.Writer) error {
	var b strings.Builder
	edited := ""
	if n := len(m.Edits); n > 0 {
		edited = fmt.Sprintf("  (edited %d times)", n)
	}
	fmt.Fprintf(&b, "┌ %s  %s%s\n", m.Channel, seconds(m.TS).Format("15:04:05"), edited)
	for _, p := range m.parts() {
		text := p.Text
		if p.Kind == "fields" {
			text = strings.Join(p.List, " · ")
		}
		indent := "│ "
		if p.Kind == "code" {
			indent = "│   "
		}
		for line := range strings.Lines(text) {
			b.WriteString(indent + strings.TrimRight(line, "\n") + "\n")
		}
	}
	for _, reply := range m.Replies {
		for i, line := range strings.Split(plain(reply.Text), "\n") {
			mark := "├─ "
			if i > 0 {
				mark = "│  "
			}
			b.WriteString(mark + line + "\n")
		}
	}
	b.WriteString("└\n")
	_, err := io.WriteString(w, b.String())
	return err
}

// Render writes all messages as a terminal shows them.
func (s *Server) Render(w io.Writer) error {
	for _, m := range s.Messages() {
		if err := m.Render(w); err != nil {
			return err
		}
	}
	return nil
}

// HTML writes all messages as a page. Every text is escaped.
func (s *Server) HTML(w io.Writer) error {
	type shown struct {
		Message
		Parts  []part
		Posted string
		Thread []string
	}
	var list []shown
	for _, m := range s.Messages() {
		item := shown{Message: m, Parts: m.parts(), Posted: seconds(m.TS).Format("15:04:05")}
		for _, reply := range m.Replies {
			item.Thread = append(item.Thread, plain(reply.Text))
		}
		list = append(list, item)
	}
	if err := page.Execute(w, list); err != nil {
		return fmt.Errorf("write page: %w", err)
	}
	return nil
}

var page = template.Must(template.New("slack").Parse(`<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><title>Messages</title><style>
body{font:15px/1.46 system-ui,sans-serif;max-width:46rem;margin:2rem auto;padding:0 1rem;color:#1d1c1d}
article{border-left:4px solid #ddd;padding:0 0 .5rem 1rem;margin:0 0 2rem}
h2{font-size:1.1rem;margin:.2rem 0}small,time{color:#616061}p{margin:.4rem 0;white-space:pre-line}
pre{background:#f8f8f8;border:1px solid #ddd;border-radius:4px;padding:.5rem;overflow:auto}
ul.fields{columns:2;list-style:none;padding:0}ol{list-style:none;border-left:2px solid #ddd;padding-left:1rem;white-space:pre-line}
</style></head><body>
{{range .}}<article id="{{.TS}}"><time>{{.Posted}} · {{.Channel}}{{with .Edits}} · edited {{len .}}×{{end}}</time>
{{range .Parts}}{{if eq .Kind "header"}}<h2>{{.Text}}</h2>{{else if eq .Kind "code"}}<pre>{{.Text}}</pre>{{else if eq .Kind "fields"}}<ul class="fields">{{range .List}}<li>{{.}}</li>{{end}}</ul>{{else if eq .Kind "small"}}<small>{{.Text}}</small>{{else}}<p>{{.Text}}</p>{{end}}
{{end}}{{with .Thread}}<ol>{{range .}}<li>{{.}}</li>{{end}}</ol>{{end}}</article>
{{else}}<p>No message yet.</p>
{{end}}</body></html>
`))
