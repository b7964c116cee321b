package event

// Batch holds decoded events in columns. The worker that owns it resets it once it is consumed; its texts are views into
// the records, so that must be before the source reuses their memory.
type Batch struct {
	Predictions []Prediction
	Labels      []Label
	// Features has one column for each name of the decoder's Dictionary, as a list of the cells present.
	Features      [][]Cell
	Probabilities []ClassProbability
	// Unexpected counts features that no baseline and no configuration names.
	Unexpected uint64

	segments [][]byte // behind Prediction.Segments
	// arena holds what had to be unescaped; the rest points into the records.
	arena []byte
}

// Reset empties the batch and keeps its memory for the next one. No view into a record stays behind, because one
// forgotten cell would keep a whole fetch alive.
func (b *Batch) Reset() {
	b.Predictions = emptied(b.Predictions)
	b.Labels = emptied(b.Labels)
	for i := range b.Features {
		b.Features[i] = emptied(b.Features[i])
	}
	b.Probabilities = emptied(b.Probabilities)
	b.segments = emptied(b.segments)
	b.arena = b.arena[:0]
	b.Unexpected = 0
}

func emptied[T any](s []T) []T {
	clear(s)
	return s[:0]
}

// grow adds columns until there are n.
func (b *Batch) grow(n int) {
	for len(b.Features) < n {
		b.Features = append(b.Features, nil)
	}
}

// row is the index that the next prediction will have.
func (b *Batch) row() int32 {
	return int32(len(b.Predictions))
}

// mark is what a batch held before a record.
type mark struct {
	probabilities, segments, arena int
	unexpected                     uint64
}

func (b *Batch) mark() mark {
	return mark{len(b.Probabilities), len(b.segments), len(b.arena), b.Unexpected}
}

// undo takes back what a refused record has left: everything behind the mark, and the cells of a row that never came to
// be. Predictions and labels are only appended once nothing can be refused any more.
func (b *Batch) undo(m mark) {
	row := b.row()
	for i, column := range b.Features {
		if n := len(column); n > 0 && column[n-1].Row == row {
			column[n-1] = Cell{}
			b.Features[i] = column[:n-1]
		}
	}
	clear(b.Probabilities[m.probabilities:])
	b.Probabilities = b.Probabilities[:m.probabilities]
	clear(b.segments[m.segments:])
	b.segments = b.segments[:m.segments]
	b.arena = b.arena[:m.arena]
	b.Unexpected = m.unexpected
}
