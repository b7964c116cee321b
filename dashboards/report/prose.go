package report

import "strings"

// phrase is a piece of a sentence: words, or a column's name or a value, which is set as code.
type phrase struct {
	Text string
	Code bool
}

// prose parts a sentence at its back quotes. The template escapes each piece; a quote without its partner stays a character.
func prose(sentence string) []phrase {
	var all []phrase
	parts := strings.Split(sentence, "`")
	for i, part := range parts {
		switch {
		case i%2 == 1 && i == len(parts)-1:
			all = append(all, phrase{Text: "`" + part})
		case part != "":
			all = append(all, phrase{part, i%2 == 1})
		}
	}
	return all
}

// plain is a sentence without its back quotes, where nothing can be set as code.
func plain(sentence string) string { return strings.ReplaceAll(sentence, "`", "") }
