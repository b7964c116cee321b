package slackfake

import (
	"encoding/json"
	"slices"
)

// Message is one message as the channel shows it.
type Message struct {
	Channel string
	// TS identifies a message in its channel and is the time it was posted: seconds with six decimals.
	TS string
	// ThreadTS is the TS of the message this one replies to, empty at the top level.
	ThreadTS string
	Text     string
	Blocks   json.RawMessage
	// Edits are what the message was before, oldest first.
	Edits []Edit
	// Replies is the thread, oldest first.
	Replies []Message
	// Webhook tells that the message came by an incoming webhook.
	Webhook bool
}

// Edit is what a message was before a chat.update.
type Edit struct {
	Text   string
	Blocks json.RawMessage
}

// Messages returns the messages of all channels, oldest first, each with its thread.
func (s *Server) Messages() []Message {
	s.mu.Lock()
	defer s.mu.Unlock()
	messages := make([]Message, 0, len(s.messages))
	for _, m := range s.messages {
		messages = append(messages, m.copy())
	}
	return messages
}

// Delete removes a top-level message and its thread, as a person with rights may. It reports whether there was one.
func (s *Server) Delete(channel, ts string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	before := len(s.messages)
	s.messages = slices.DeleteFunc(s.messages, func(m *Message) bool { return m.Channel == channel && m.TS == ts })
	return len(s.messages) < before
}

// find returns the message, top-level or in a thread, nil if there is none. Requires s.mu.
func (s *Server) find(channel, ts string) *Message {
	for _, m := range s.messages {
		if m.Channel == channel && m.TS == ts {
			return m
		}
		for i := range m.Replies {
			if m.Channel == channel && m.Replies[i].TS == ts {
				return &m.Replies[i]
			}
		}
	}
	return nil
}

func (m *Message) copy() Message {
	c := *m
	c.Edits = slices.Clone(m.Edits)
	c.Replies = slices.Clone(m.Replies)
	return c
}
