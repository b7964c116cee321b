package dataset

import "github.com/anchorwatch/anchorwatch/detectors/baseline"

// Feed adds all rows to a builder: features, answers, truths and how they were served. Kinds, classes and outputs are
// the builder's to infer.
func (d *Dataset) Feed(b *baseline.Builder) {
	features := make([]*baseline.Column, len(d.Columns))
	for i, c := range d.Columns {
		if c.Part == Feature {
			features[i] = b.Column(c.Name)
		}
	}
	for row := range d.Rows {
		b.Row(d.Times[row])
		for i, c := range d.Columns {
			if c.Part == Feature {
				c.feed(features[i], row)
			}
		}
		b.Answer(d.Answers[row])
		b.Label(d.Truths[row], d.Arrived[row])
		b.Served(d.Served[row].LatencyMS, d.Served[row].Failed)
	}
}

func (c *Column) feed(into *baseline.Column, row int) {
	switch c.at(row) {
	case missing:
	case number:
		into.Number(c.numbers[row])
	case text:
		into.Text([]byte(c.texts[c.codes[row]]))
	case truth:
		into.Bool(c.numbers[row] != 0)
	case other:
		into.Other()
	}
}
