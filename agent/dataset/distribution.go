package dataset

import (
	"github.com/anchorwatch/anchorwatch/detectors"
	"github.com/anchorwatch/anchorwatch/detectors/profile"
)

// Distribution is what a plot of a column shows: both files' values counted in the same bins, which all chunks share.
// The bins are for eyes; no measure rests on them.
type Distribution struct {
	Bins               *detectors.Bins
	Reference, Current detectors.Histogram
}

// gallery keeps what was measured until all chunks are known, because the bins must suit all of them. A nil gallery
// keeps nothing.
type gallery struct {
	samples [][]*detectors.Sample // by pair, then by chunk
}

func newGallery(wanted bool, pairs int) *gallery {
	if !wanted {
		return nil
	}
	return &gallery{samples: make([][]*detectors.Sample, pairs)}
}

func (g *gallery) keep(pair int, s *detectors.Sample) {
	if g != nil {
		g.samples[pair] = append(g.samples[pair], s)
	}
}

// hang gives every column of every chunk its distribution.
func (g *gallery) hang(chunks []Chunk, pairs []*pair) {
	if g == nil {
		return
	}
	for i, p := range pairs {
		bins := &detectors.Bins{}
		if p.kind != profile.Text { // free text has no parts that come again
			bins = detectors.ReadableBins(p.reference, g.samples[i]...)
		}
		reference := bins.Count(p.reference)
		for j, s := range g.samples[i] {
			chunks[j].Columns[i].Distribution = &Distribution{Bins: bins, Reference: reference, Current: bins.Count(s)}
		}
	}
}
