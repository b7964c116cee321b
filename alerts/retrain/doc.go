// Package retrain asks a training pipeline for a new version of a model, once, and follows what becomes of the request.
//
// A rule that fires and may ask for retraining is a Trigger (trigger.go). The Desk (desk.go) is the state machine that
// owns every Request (request.go): it puts a trigger through the gates (gates.go), makes at most one open request per
// model, remembers the triggers it turned away for as long as their rules keep firing, and moves a request through its
// life (state.go, life.go) as deliveries, callbacks, versions and judgements come in; what it knows of one model stands in
// a book (book.go), and answers that a replay has not caught up with wait in early.go. Each step is an Event (event.go) for
// the incident's thread. The Desk is pure: event time and wall time are parameters, nothing is sent, nobody waits,
// and the whole of it fits into one section of a checkpoint (codec.go).
//
// A request travels as an alerts.Entry that holds a CloudEvent (order.go). Webhook (webhook.go) posts it, signed
// (sign.go), through a dialer that refuses addresses no pipeline lives at (guard.go), and keeps a Receipt of the answer
// (receipt.go). CallbackHandler (callback.go) hears the pipeline's reports. Package retrainfake plays the pipeline in tests and in the demonstration.
//
// What the package does not do: it starts no goroutine, reads no clock, polls no pipeline, and knows nothing about
// particular training systems. Drift shuts no gate: a request exists because the inputs have changed.
package retrain
