package dataset

import "github.com/anchorwatch/anchorwatch/detectors/profile"

// What it takes to say that a fault is confined to a category: the share of its rows that lie there, the share of the rows
// there that have it, and the rows there. Elsewhere must be as many rows.
const (
	placedHits  = 0.95
	placedRows  = 0.8
	leastPlaced = 30
)

// place looks for the category of another feature to which each fault of a part of the rows is confined, such as one country
// or one supplier, and tells the fault as that category's. Faults that single values do not show have no place.
func (x *explainer) place(c *Chunk, rows []int) {
	for i := range c.Faults {
		f := &c.Faults[i]
		if !f.finding.Traceable() || f.Share >= 0.97 {
			continue
		}
		var broken *pair
		for _, p := range x.pairs {
			if p.comparable() && p.name == f.Column {
				broken = p
			}
		}
		if broken == nil {
			continue
		}
		hits, all := make([]bool, len(rows)), 0
		for j, row := range rows {
			if hits[j] = f.finding.Hits(broken.cur.value(broken.kind, row)); hits[j] {
				all++
			}
		}
		best := 0.0
		for _, p := range x.pairs {
			if p == broken || !p.comparable() || p.kind != profile.Categorical && p.kind != profile.Boolean {
				continue
			}
			category, hit, there := p.mostHit(rows, hits)
			part, of := share(hit, all), share(hit, there)
			if part < placedHits || of < placedRows || there < leastPlaced || len(rows)-there < leastPlaced || part*of <= best {
				continue
			}
			best = part * of
			f.Segment, f.Share = shownName(p.name)+" = "+shownName(category), of
		}
	}
}

func share(part, of int) float64 { return float64(part) / float64(max(of, 1)) }

// mostHit returns the category of most hits, how many these are, and how many rows have it; of equals the first by name. It is
// none of a column of too many.
func (p *pair) mostHit(rows []int, hits []bool) (category string, hit, there int) {
	type tally struct{ hit, there int }
	counts := make(map[string]*tally)
	for i, row := range rows {
		v := p.cur.value(p.kind, row)
		if v.Missing {
			continue
		}
		t := counts[v.Text]
		if t == nil {
			if len(counts) == maxCategories {
				return "", 0, 0
			}
			t = new(tally)
			counts[v.Text] = t
		}
		t.there++
		if hits[i] {
			t.hit++
		}
	}
	for name, t := range counts {
		if t.hit > hit || t.hit == hit && hit > 0 && name < category {
			category, hit, there = name, t.hit, t.there
		}
	}
	return category, hit, there
}
