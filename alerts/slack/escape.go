package slack

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// clamp returns the text on one line, without control and formatting characters, and with at most limit runes; what is
// cut ends in "…".
func clamp(text string, limit int) string {
	text = strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r):
			return ' '
		case unicode.In(r, unicode.Cc, unicode.Cf, unicode.Co, unicode.Cs), r == utf8.RuneError:
			return -1
		}
		return r
	}, text)
	if utf8.RuneCountInString(text) <= limit {
		return text
	}
	return string([]rune(text)[:limit-1]) + "…"
}

// escape returns the text on one line with Slack's three control characters as entities, so that no name can mention a
// channel, link, or date. The limit counts entities whole, as Slack does, and never cuts one.
func escape(text string, limit int) string {
	text = clamp(text, limit)
	escaped := entities.Replace(text)
	if utf8.RuneCountInString(escaped) <= limit {
		return escaped
	}
	var b strings.Builder
	room := limit - 1
	for _, r := range text {
		entity := entities.Replace(string(r))
		if room -= utf8.RuneCountInString(entity); room < 0 {
			break
		}
		b.WriteString(entity)
	}
	return b.String() + "…"
}

var entities = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;")

// code returns a name in Slack's code style. Backticks would end it.
func code(name string) string {
	return "`" + escape(strings.ReplaceAll(name, "`", "'"), nameLimit-2) + "`"
}
