package faults

import (
	"strings"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// spelling is one way in which equal names are written differently.
type spelling struct {
	kind Kind
	what string
	// normal brings names that differ only so to one form.
	normal func(string) string
}

// spellings from the smallest difference to the largest; each includes those before it.
var spellings = []spelling{
	{WhitespaceChange, "spaces", collapsed},
	{CaseChange, "upper and lower case", func(s string) string { return strings.ToLower(collapsed(s)) }},
	{EncodingChange, "encoding", func(s string) string { return strings.ToLower(collapsed(norm.NFC.String(repaired(s)))) }},
	{EncodingChange, "encoding", func(s string) string { return asciiHoles(strings.ToLower(collapsed(norm.NFC.String(s)))) }},
}

// collapsed drops spaces around a name and makes one of several inside.
func collapsed(s string) string { return strings.Join(strings.Fields(s), " ") }

// windows1252 are the characters that Windows-1252 has for the bytes 0x80 to 0x9f; Latin-1 has control characters there.
var windows1252 = map[rune]byte{
	'€': 0x80, '‚': 0x82, 'ƒ': 0x83, '„': 0x84, '…': 0x85, '†': 0x86, '‡': 0x87, 'ˆ': 0x88, '‰': 0x89, 'Š': 0x8a, '‹': 0x8b, 'Œ': 0x8c,
	'Ž': 0x8e, '‘': 0x91, '’': 0x92, '“': 0x93, '”': 0x94, '•': 0x95, '–': 0x96, '—': 0x97, '˜': 0x98, '™': 0x99, 'š': 0x9a, '›': 0x9b,
	'œ': 0x9c, 'ž': 0x9e, 'Ÿ': 0x9f,
}

// repaired undoes UTF-8 that was read as Latin-1 or Windows-1252 ("GrÃ¼n" is "Grün"), and takes bytes that are no UTF-8 for
// Latin-1. Other names stay as they are.
func repaired(s string) string {
	if !utf8.ValidString(s) {
		runes := make([]rune, 0, len(s))
		for _, b := range []byte(s) {
			runes = append(runes, rune(b))
		}
		return string(runes)
	}
	bytes := make([]byte, 0, len(s))
	for _, r := range s {
		b, ok := windows1252[r]
		if !ok && r > 0xff {
			return s
		}
		if !ok {
			b = byte(r) // #nosec G115 -- at most 0xff
		}
		bytes = append(bytes, b)
	}
	if utf8.Valid(bytes) {
		return string(bytes)
	}
	return s
}

// asciiHoles puts one mark in the place of every stretch of characters that are not ASCII, or stand for one that was lost.
func asciiHoles(s string) string {
	var b strings.Builder
	hole := false
	for _, r := range s {
		if lost := r >= utf8.RuneSelf || r == '?'; lost {
			if !hole {
				b.WriteByte('?')
			}
			hole = true
			continue
		}
		hole = false
		b.WriteRune(r)
	}
	return b.String()
}
