// Package alerts brings transitions to people and pipelines, and loses none.
//
// Rules speak one at a time; people want one story a problem. The Ledger gathers a model's transitions into incidents
// and writes a notice whenever an incident's story changes. Notices become entries of the Outbox, which is part of a
// checkpoint: an entry is durable before it is sent, so no crash loses it. The Deliverer sends durable entries, one
// goroutine a destination, and records each outcome before it sends the next, so a crash doubles at most the one that
// was on its way.
//
// The Ledger has no clock: it runs in event time, and a replay after a restart makes the same entries with the same
// ids, which the Outbox recognises. Only the Deliverer lives in wall time.
//
// In reading order: alerts.go (the contract: entry, notifier, outcome, notice), ledger.go (incidents of all models),
// incident.go (one incident), evidence.go (what it keeps of a transition), notice.go (its state, told), timeline.go and
// words.go (its story, in words), outbox.go, codec.go (the checkpoint's section), view.go (for pages), deliver.go
// (destinations) and queue.go (one destination). Package slack is the first notifier; alertstest holds a recording one
// and the suite every notifier passes.
package alerts
