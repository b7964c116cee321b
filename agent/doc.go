// Package agent is the sidecar: it reads a source, takes every event through the stages, and tells the world.
//
// One goroutine, the worker, owns all state: Agent.Run fetches a batch, Pipeline.Consume takes it through decode, join,
// windows and rules, and what comes out is written to the sinks and brought before incidents and retrain requests. There
// are no locks around state; what other goroutines see are copies (views.go), and what they bring (the outcome of a
// delivery, a pipeline's callback) waits in a queue until the worker takes it in (delivery.go).
//
// Durability is one order (durable.go): a checkpoint with all state and the outbox in it, then the commit of the
// position, then the sending of what the checkpoint holds. A crash between any two of them loses nothing.
//
// Reading order: pipeline.go (the way of one event), assembly.go and baselines.go (how the stages are put together),
// agent.go (the worker), delivery.go and desk.go (incidents and requests), durable.go and state.go (checkpoints),
// gates.go, blind.go and silence.go (when not to retrain, when the agent itself cannot see), witness.go (which logs are
// known to be read to their end), refusals.go (records that could not be read), views.go, recent.go and measure.go (pages
// and metrics), history.go (offsets of a training range), connections.go (Kafka, Slack, the webhook), backtest.go (the
// same pipeline over files).
//
// What the agent never does: block or slow the model server, depend on Kafka to be ready, decide by the wall clock what
// window an event belongs to, or send what is not durable.
package agent
