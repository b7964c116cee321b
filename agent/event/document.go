package event

import (
	"bytes"
	"unicode/utf8"
)

// The limits of one record. Real events stay far below them; a hostile one must not cost more than they allow.
const (
	maxDepth   = 32      // objects and arrays inside each other
	maxMembers = 2_000   // keys, of all objects together
	maxNodes   = 1 << 16 // keys and values together: bounds what long arrays cost
)

// kind is the type of a JSON value; absent is none at all.
type kind uint8

const (
	absent kind = iota
	jsonNull
	jsonBool
	jsonNumber
	jsonText
	jsonArray
	jsonObject
)

// node is one value, or one key, on the tape of a document.
type node struct {
	kind    kind
	escaped bool // a string with a backslash in it
	mapped  bool // a key that the mapping reads
	// start and end bound the bytes: of a literal, of a string between its quotes, of a container with its brackets.
	start, end int32
	// next is the index of the first node behind this value.
	next int32
}

// document is a JSON text and its tape: the nodes of all its values in the order in which they stand. The nodes of an
// array follow it; an object is followed by key, value, key, value. One document is reused for many records.
type document struct {
	data    []byte
	tape    []node
	members int
}

// scan checks the whole of data against RFC 8259, UTF-8 included, and fills the tape; node 0 is the value itself. A lone
// surrogate is allowed, as the RFC's grammar has it.
func (d *document) scan(data []byte) Reason {
	d.data, d.tape, d.members = data, d.tape[:0], 0
	pos, reason := d.value(skipSpace(data, 0), 0)
	if reason == Accepted && skipSpace(data, pos) != len(data) {
		return BadJSON
	}
	return reason
}

// value scans the value that begins at pos and returns the position behind it.
func (d *document) value(pos, depth int) (int, Reason) {
	if pos >= len(d.data) {
		return pos, BadJSON
	}
	if len(d.tape) >= maxNodes {
		return pos, TooManyFields
	}
	switch c := d.data[pos]; c {
	case '"':
		return d.quoted(pos)
	case '{':
		return d.object(pos, depth+1)
	case '[':
		return d.array(pos, depth+1)
	case 't':
		return d.literal(pos, "true", jsonBool)
	case 'f':
		return d.literal(pos, "false", jsonBool)
	case 'n':
		return d.literal(pos, "null", jsonNull)
	default:
		return d.number(pos)
	}
}

func (d *document) object(pos, depth int) (int, Reason) {
	if depth > maxDepth {
		return pos, TooDeep
	}
	self := d.push(jsonObject, pos, pos)
	pos = skipSpace(d.data, pos+1)
	if at(d.data, pos) == '}' {
		return d.close(self, pos), Accepted
	}
	var reason Reason
	for {
		if at(d.data, pos) != '"' {
			return pos, BadJSON
		}
		if d.members++; d.members > maxMembers {
			return pos, TooManyFields
		}
		if pos, reason = d.quoted(pos); reason != Accepted {
			return pos, reason
		}
		if pos = skipSpace(d.data, pos); at(d.data, pos) != ':' {
			return pos, BadJSON
		}
		if pos, reason = d.value(skipSpace(d.data, pos+1), depth); reason != Accepted {
			return pos, reason
		}
		switch pos = skipSpace(d.data, pos); at(d.data, pos) {
		case ',':
			pos = skipSpace(d.data, pos+1)
		case '}':
			return d.close(self, pos), Accepted
		default:
			return pos, BadJSON
		}
	}
}

func (d *document) array(pos, depth int) (int, Reason) {
	if depth > maxDepth {
		return pos, TooDeep
	}
	self := d.push(jsonArray, pos, pos)
	pos = skipSpace(d.data, pos+1)
	if at(d.data, pos) == ']' {
		return d.close(self, pos), Accepted
	}
	var reason Reason
	for {
		if pos, reason = d.value(pos, depth); reason != Accepted {
			return pos, reason
		}
		switch pos = skipSpace(d.data, pos); at(d.data, pos) {
		case ',':
			pos = skipSpace(d.data, pos+1)
		case ']':
			return d.close(self, pos), Accepted
		default:
			return pos, BadJSON
		}
	}
}

// quoted scans a string, a key's or a value's.
func (d *document) quoted(pos int) (int, Reason) {
	start, escaped, ascii := pos+1, false, true
	for i := start; i < len(d.data); i++ {
		switch c := d.data[i]; {
		case c == '"':
			if !ascii && !utf8.Valid(d.data[start:i]) {
				return i, BadUTF8
			}
			self := d.push(jsonText, start, i)
			d.tape[self].escaped = escaped
			return i + 1, Accepted
		case c == '\\':
			n := escapeLength(d.data[i:])
			if n == 0 {
				return i, BadJSON
			}
			escaped, i = true, i+n-1
		case c < ' ':
			return i, BadJSON
		case c >= utf8.RuneSelf:
			ascii = false
		}
	}
	return len(d.data), BadJSON
}

// escapeLength returns the length of the escape sequence that s begins with, 0 if it is none.
func escapeLength(s []byte) int {
	switch at(s, 1) {
	case '"', '\\', '/', 'b', 'f', 'n', 'r', 't':
		return 2
	case 'u':
		if _, ok := hex4(s[2:]); ok {
			return 6
		}
	}
	return 0
}

func (d *document) number(pos int) (int, Reason) {
	end := numberEnd(d.data, pos)
	if end < 0 {
		return pos, BadJSON
	}
	d.push(jsonNumber, pos, end)
	return end, Accepted
}

func (d *document) literal(pos int, word string, k kind) (int, Reason) {
	if !bytes.HasPrefix(d.data[pos:], []byte(word)) {
		return pos, BadJSON
	}
	d.push(k, pos, pos+len(word))
	return pos + len(word), Accepted
}

func (d *document) push(k kind, start, end int) int {
	self := len(d.tape)
	d.tape = append(d.tape, node{kind: k, start: int32(start), end: int32(end), next: int32(self + 1)})
	return self
}

// close ends the container at index self, whose last bracket stands at pos.
func (d *document) close(self, pos int) int {
	d.tape[self].end, d.tape[self].next = int32(pos+1), int32(len(d.tape))
	return pos + 1
}

// raw returns the bytes of a node as they stand in the record.
func (d *document) raw(i int32) []byte {
	n := &d.tape[i]
	return d.data[n.start:n.end:n.end]
}

// text returns the text of a key or string. What had to be unescaped is appended to the arena.
func (d *document) text(i int32, arena *[]byte) []byte {
	if !d.tape[i].escaped {
		return d.raw(i)
	}
	start := len(*arena)
	*arena = appendUnescaped(*arena, d.raw(i))
	return (*arena)[start:len(*arena):len(*arena)]
}

func skipSpace(data []byte, pos int) int {
	for pos < len(data) {
		switch data[pos] {
		case ' ', '\t', '\n', '\r':
			pos++
		default:
			return pos
		}
	}
	return pos
}

func skipDigits(data []byte, pos int) int {
	for pos < len(data) && data[pos]-'0' <= 9 {
		pos++
	}
	return pos
}

// at returns the byte at pos, 0 behind the end: no rule of the grammar asks for a 0.
func at(data []byte, pos int) byte {
	if pos < len(data) {
		return data[pos]
	}
	return 0
}
