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

// distribute gives every column of every chunk its distribution, when all chunks are known: the bins must suit them all.
// Free text has no parts that come again, and so no bins.
func distribute(chunks []Chunk, pairs []*pair) {
	for i, p := range pairs {
		samples := make([]*detectors.Sample, len(chunks))
		for j := range chunks {
			samples[j] = chunks[j].Columns[i].sample
		}
		bins := &detectors.Bins{}
		if p.kind != profile.Text {
			bins = detectors.ReadableBins(p.reference, samples...)
		}
		reference := bins.Count(p.reference)
		for j, s := range samples {
			chunks[j].Columns[i].Distribution = &Distribution{bins, reference, bins.Count(s)}
			chunks[j].Columns[i].sample = nil
		}
	}
}
