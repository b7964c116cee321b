package slackfake

import (
	"encoding/json"
	"fmt"
	"unicode/utf8"
)

// Slack's limits, in characters where nothing else is said. Section text and the number of blocks are documented; the
// rest is what clients report.
const (
	maxText         = 40000
	maxBlocks       = 50
	maxHeader       = 150
	maxSection      = 3000
	maxFields       = 10
	maxField        = 2000
	maxElements     = 10 // of a context
	maxBlockID      = 255
	maxPreformatted = 3000
	maxTableRows    = 100
	maxTableColumns = 20
)

// checkText returns the error of a text that is too long, empty if it is not.
func checkText(text string) string {
	if utf8.RuneCountInString(text) > maxText {
		return "msg_too_long"
	}
	return ""
}

// block is as much of a block as the limits are about.
type block struct {
	Type     string            `json:"type"`
	BlockID  string            `json:"block_id"`
	Text     *textObject       `json:"text"`
	Fields   []textObject      `json:"fields"`
	Elements []json.RawMessage `json:"elements"`
	Rows     []json.RawMessage `json:"rows"`
}

type textObject struct {
	Type  string `json:"type"`
	Text  string `json:"text"`
	Emoji *bool  `json:"emoji"`
}

// checkBlocks returns the error of blocks that Slack would refuse, with the place of each mistake; empty if it takes
// them.
func checkBlocks(raw json.RawMessage, maxCharacters int) (code string, details []string) {
	var blocks []block
	if err := json.Unmarshal(raw, &blocks); err != nil {
		return "invalid_blocks_format", nil
	}
	if len(blocks) > maxBlocks {
		return "invalid_blocks", []string{fmt.Sprintf("[ERROR] no more than %d items allowed [json-pointer:/blocks]", maxBlocks)}
	}
	c := checker{}
	for i, b := range blocks {
		c.block(fmt.Sprintf("/blocks/%d", i), b)
	}
	switch {
	case len(c.mistakes) > 0:
		return "invalid_blocks", c.mistakes
	case c.characters > maxCharacters:
		return "msg_blocks_too_long", nil
	}
	return "", nil
}

// checker gathers mistakes and counts characters.
type checker struct {
	mistakes   []string
	characters int
}

func (c *checker) mistake(pointer, format string, args ...any) {
	c.mistakes = append(c.mistakes, "[ERROR] "+fmt.Sprintf(format, args...)+" [json-pointer:"+pointer+"]")
}

func (c *checker) block(at string, b block) {
	if utf8.RuneCountInString(b.BlockID) > maxBlockID {
		c.mistake(at+"/block_id", "must be at most %d characters", maxBlockID)
	}
	switch b.Type {
	case "header":
		c.text(at+"/text", b.Text, maxHeader, "plain_text")
	case "section":
		c.section(at, b)
	case "context":
		c.context(at, b)
	case "rich_text":
		c.richText(at, b)
	case "table":
		c.table(at, b)
	case "divider":
	default:
		c.mistake(at+"/type", "unsupported type: %s", b.Type)
	}
}

func (c *checker) section(at string, b block) {
	if b.Text == nil && len(b.Fields) == 0 {
		c.mistake(at, "missing required field: text or fields")
	}
	if b.Text != nil {
		c.text(at+"/text", b.Text, maxSection, "mrkdwn", "plain_text")
	}
	if len(b.Fields) > maxFields {
		c.mistake(at+"/fields", "no more than %d items allowed", maxFields)
	}
	for i := range b.Fields {
		c.text(fmt.Sprintf("%s/fields/%d", at, i), &b.Fields[i], maxField, "mrkdwn", "plain_text")
	}
}

func (c *checker) context(at string, b block) {
	if len(b.Elements) == 0 || len(b.Elements) > maxElements {
		c.mistake(at+"/elements", "want 1 to %d items", maxElements)
	}
	for i, raw := range b.Elements {
		var t textObject
		if json.Unmarshal(raw, &t) != nil {
			c.mistake(fmt.Sprintf("%s/elements/%d", at, i), "must be an object")
			continue
		}
		c.text(fmt.Sprintf("%s/elements/%d", at, i), &t, maxField, "mrkdwn", "plain_text")
	}
}

// richText counts the text of preformatted elements, the only ones the fake knows.
func (c *checker) richText(at string, b block) {
	for i, raw := range b.Elements {
		pointer := fmt.Sprintf("%s/elements/%d", at, i)
		var pre struct {
			Type     string       `json:"type"`
			Elements []textObject `json:"elements"`
		}
		if json.Unmarshal(raw, &pre) != nil || pre.Type != "rich_text_preformatted" {
			c.mistake(pointer, "unsupported type: %s", pre.Type)
			continue
		}
		for j := range pre.Elements {
			c.text(fmt.Sprintf("%s/elements/%d", pointer, j), &pre.Elements[j], maxPreformatted, "text")
		}
	}
}

func (c *checker) table(at string, b block) {
	if len(b.Rows) == 0 || len(b.Rows) > maxTableRows {
		c.mistake(at+"/rows", "want 1 to %d rows", maxTableRows)
	}
	for i, raw := range b.Rows {
		var cells []textObject
		if json.Unmarshal(raw, &cells) != nil || len(cells) > maxTableColumns {
			c.mistake(fmt.Sprintf("%s/rows/%d", at, i), "want at most %d cells", maxTableColumns)
		}
		for _, cell := range cells {
			c.characters += utf8.RuneCountInString(cell.Text)
		}
	}
}

// text checks one text object.
func (c *checker) text(at string, t *textObject, limit int, types ...string) {
	if t == nil {
		c.mistake(at, "missing required field: text")
		return
	}
	known := false
	for _, name := range types {
		known = known || t.Type == name
	}
	n := utf8.RuneCountInString(t.Text)
	c.characters += n
	switch {
	case !known:
		c.mistake(at+"/type", "must be one of %v", types)
	case t.Type == "mrkdwn" && t.Emoji != nil:
		c.mistake(at+"/emoji", "emoji is not allowed with mrkdwn")
	case n == 0:
		c.mistake(at+"/text", "must be more than 0 characters")
	case n > limit:
		c.mistake(at+"/text", "must be less than %d characters", limit+1)
	}
}
