package source

// fullBatch is how many records make a batch full; it ends at the next frame.
const fullBatch = 4096

// reading is the caller's side of fetching: it opens one slab after the other, piece by piece, and hands out batches.
// Decompression happens here, in the caller's Fetch, so that no more than one batch is ever open.
type reading struct {
	fetching *fetching
	walk     *walk

	slab         *slab // being read; nil if none
	piece        int   // of the slab
	begun        bool
	rest         []byte // frames of the piece that are not yet opened
	next         int64
	transactions transactions
}

// take begins a slab.
func (r *reading) take(s *slab) { r.slab, r.piece, r.begun = s, 0, false }

// release sends the slab home: what the last batch points to becomes another answer's memory.
func (r *reading) release() {
	if r.slab != nil {
		r.slab.home <- r.slab // holds every slab of its fetcher: never blocks
		r.slab = nil
	}
}

// batch hands out the next batch of the slab; false if it has no more.
func (r *reading) batch() (Batch, bool) {
	r.walk.reset()
	for r.slab != nil {
		if r.piece == len(r.slab.pieces) {
			r.release()
			break
		}
		p := &r.slab.pieces[r.piece]
		if !r.begun {
			r.begun = true
			r.rest, r.next = p.log, p.offset
			r.transactions.reset(p.aborted)
		}
		if !r.fetching.cursors.deliverable(p) {
			r.piece, r.begun = r.piece+1, false
			continue
		}
		b := r.open(p)
		r.fetching.cursors.hand(p.partition, b.Next)
		return b, true
	}
	return Batch{}, false
}

// open fills one batch from a piece, and leaves the piece when nothing of it is left.
func (r *reading) open(p *piece) Batch {
	b := Batch{Partition: p.partition, HighWatermark: p.highWatermark, FetchedAt: p.fetchedAt}
	for len(r.walk.records) < fullBatch && len(r.walk.arena) < arenaTarget {
		f, rest, ok := nextFrame(r.rest)
		if !ok {
			break
		}
		r.rest = rest
		b.Lost += r.openFrame(p.partition, f)
		r.next = max(r.next, f.end())
	}
	b.Records, b.Next = r.walk.records, r.next
	if len(r.rest) == 0 {
		b.Next, b.Restarted = p.next, p.restarted
		b.Lost += p.lost
		r.piece, r.begun = r.piece+1, false
	}
	r.fetching.counters.count(func(s *Stats) { s.Records += uint64(len(b.Records)) })
	return b
}

// openFrame collects a frame's records and returns how many offsets were lost because it cannot be opened.
func (r *reading) openFrame(p Partition, f frame) int64 {
	if r.transactions.hides(f) || f.end() <= r.next {
		return 0
	}
	if err := r.walk.open(p, f, r.next); err != nil {
		from := max(f.baseOffset(), r.next)
		r.fetching.about(p).Warn().Err(err).Int64("offset", from).Msg("batch cannot be opened")
		r.fetching.lose(p, Undecodable, from, f.end()-from)
		return f.end() - from
	}
	return 0
}
