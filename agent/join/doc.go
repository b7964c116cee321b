// Package join brings predictions and their labels together, however late or early the labels come.
//
// A prediction waits in a table until its label arrives or the longest delay has passed; a label that is there first
// waits for its prediction. The key is the id within a model: one label reaches the entry of every version that
// answered the id, also one that answers later. The first label wins, and the first prediction of a (model, version,
// id): repetitions are counted and change nothing.
//
// Everything that could change a window's numbers is decided by the timestamps of the two events and the watermark of
// the partition an event came from, never by when this process happened to see them. So any interleaving of
// partitions, and any replay, joins the same pairs. The exceptions are repetitions that disagree and come by different
// partitions, as only a producer without keys makes them, and a table that is full.
//
// Memory is one flat table without pointers: about a hundred bytes a waiting prediction, plus eight for each
// probability. When it reaches its bound it admits no more and says so; it never evicts, because dropping the oldest
// would favour the fast labels.
//
// Reading order: answer.go (what is remembered), join.go (the rules), entry.go and table.go (how it is kept), hash.go
// (keys), codec.go (bytes).
package join
