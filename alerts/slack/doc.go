// Package slack shows incidents in a Slack channel.
//
// An incident is one message that is edited in place, and a thread under it with its timeline. Edits notify nobody, so
// the step from warning to page posts a new message and lets the old one point at it. What is read first says what is
// wrong, how bad it is against the baseline, since when, and what has been started.
//
// Slack has no idempotency key: a post whose answer is lost is posted again. Everything else is safe to repeat, because
// an edit is, and the receipt says how much of the timeline the thread already holds.
//
// In reading order: bot.go (with a bot token), webhook.go (the degraded mode: an incoming webhook can only post),
// render.go (a notice as blocks), words.go (numbers as people say them), escape.go (foreign text made harmless and
// short), failure.go (what is worth another attempt). Package slackfake plays Slack, limits included.
package slack
