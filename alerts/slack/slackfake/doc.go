// Package slackfake plays Slack: the part of the web API that package slack uses, and incoming webhooks, with the limits
// Slack documents or is known to have, so that a message it takes is one that Slack takes. Tests use it, and the
// demonstration, which shows the messages as they would look.
//
// In reading order: server.go (Server and its HTTP face), chat.go (the methods), check.go (the limits), fault.go
// (scripted failures), message.go (what was posted), show.go (messages as text and as a page).
package slackfake
