// Package source moves bytes and positions: records from Kafka partitions or files, in order, through one contract
// (Source). What a record means is not its business.
//
// # Why not kafka.Reader
//
// kafka-go's Reader hands out records of partitions that a rebalance took away, skips what retention dropped with a log
// line only, shows aborted transactions, and can panic on compacted topics in a goroutine of its own. Its lower layers
// do none of this. So membership and fencing come from kafka-go's ConsumerGroup and Generation, routing, TLS, SASL and
// connections from its Transport, and the bytes are read by us: a raw Fetch request (wire.go) and our own walk over record
// batches (frame.go, walk.go) that checks every checksum, advances by batch and never by record, and filters what
// transactions took back.
//
// # The life of a generation
//
//	topics exist ─▶ join ─▶ Assignment ─▶ Seek ─▶ Fetch … Fetch ─▶ ErrReassigned ─▶ (checkpoint) Commit ─▶ Assignment
//	                 ▲                                                                                      │
//	                 └──────────── guard returns: the caller has let go, or FlushBudget is over ◀───────────┘
//
// One generation of the group is one tenure. It ends when the coordinator rebalances, when partitions were added, or with
// Close. Its fetchers end with it, before the caller learns of the end, so that nothing of a lost partition is handed
// out. kafka-go keeps the coordinator's connection open until the tenure's guard returns, and the guard waits for the
// caller's next Assignment: the final commit is still accepted, and fenced by the generation. Only then does the group
// join again.
//
// The position that counts is the caller's, inside its checkpoint, given to Seek. What the group has committed is the
// fallback.
//
// All partitions go to one member of the group (balancer.go); the others stand by, own nothing, and wait in Fetch. A group
// that also has members of another kind falls back to ranges: an agent then owns part, and Assignment says so.
//
// # Who owns which memory
//
// A slab is the memory of one answer. Each leader's fetcher has two: one is filled while the caller reads the other. The
// caller's Fetch opens a slab batch by batch into buffers of its own and sends the slab home when it is read; so a
// record's bytes are valid until the next Fetch, no record costs an allocation, and what is in flight is bounded by two
// answers per broker and one opened batch. A batch that decompresses to more than a bound is counted as lost.
//
// # What can go wrong
//
// Brokers that are away, topics that are missing, leaders that move: waited for without end, with jittered back-off, logged
// when the state changes, counted in Stats. Offsets below the log's start are Lost; a log shorter than the position
// belongs to a topic created anew, which Restarted says; a batch that fails its checksum is fetched twice and then lost.
// A topic created anew that has already grown beyond the position cannot be told apart: the protocol versions that
// kafka-go speaks carry no topic ids.
//
// Reading order: source.go (the contract), options.go, auth.go, kafka.go (the Source), group.go (membership), tenure.go (one
// generation), balancer.go (one voice), fetch.go (fetchers), cursor.go (positions), wire.go (the request), frame.go (batches from outside), walk.go
// (and inside), transaction.go
// (what to hide), codec.go (compression), reading.go (the caller's side), cluster.go, sockets.go, backoff.go, stats.go; then
// file.go (replay) and producer.go (the way out, for others).
package source
