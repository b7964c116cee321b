package dataset

import (
	"github.com/anchorwatch/anchorwatch/detectors"
	"github.com/anchorwatch/anchorwatch/detectors/profile"
)

// Distribution is what a plot of a column shows: both files' values counted along one axis, which all chunks share.
// The axis is for eyes; no measure rests on them.
type Distribution struct {
	Axis               *detectors.Axis
	Reference, Current detectors.Histogram
}

// distribute gives every column of every chunk its distribution, when all chunks are known: the axis must suit them all.
// Free text has no parts that come again, and so none.
func distribute(chunks []Chunk, pairs []*pair) {
	for i, p := range pairs {
		samples := make([]*detectors.Sample, len(chunks))
		for j := range chunks {
			samples[j] = chunks[j].Columns[i].sample
		}
		axis := &detectors.Axis{}
		if p.kind != profile.Text {
			axis = detectors.NewAxis(p.reference, samples...)
		}
		reference := axis.Count(p.reference)
		for j, s := range samples {
			chunks[j].Columns[i].Distribution = &Distribution{axis, reference, axis.Count(s)}
			chunks[j].Columns[i].sample = nil
		}
	}
}
