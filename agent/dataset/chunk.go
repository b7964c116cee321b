package dataset

import (
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/anchorwatch/anchorwatch/detectors/profile"
)

// Chunking says how to cut the current rows: one of the two, or neither for one chunk of all.
type Chunking struct {
	// Rows is how many consecutive rows make a chunk; the last may be short.
	Rows int
	// Period is the length of tumbling chunks of time, counted from 1970.
	Period time.Duration
}

// piece is the rows of one chunk, in the file's order.
type piece struct {
	index int64
	rows  []int
	// bounds of a chunk of time, end excluded; otherwise the first and the last time among the rows, both Dawn without.
	start, end profile.Instant
}

// cut returns the chunks in order of their index; chunks without rows do not occur, except that of an empty file which
// is not cut. The note, if any, says which rows belong to none.
func (d *Dataset) cut(c Chunking) ([]piece, string, error) {
	switch {
	case c.Period > 0:
		return d.cutByTime(c.Period)
	case c.Rows > 0:
		return d.cutByRows(c.Rows), "", nil
	}
	return []piece{d.piece(0, 0, d.Rows)}, "", nil
}

func (d *Dataset) cutByRows(size int) []piece {
	var all []piece
	for from := 0; from < d.Rows; from += size {
		all = append(all, d.piece(int64(len(all)), from, min(from+size, d.Rows)))
	}
	return all
}

func (d *Dataset) piece(index int64, from, to int) piece {
	p := piece{index: index, rows: make([]int, 0, to-from), start: profile.Dawn, end: profile.Dawn}
	for row := from; row < to; row++ {
		p.rows = append(p.rows, row)
		at := d.Times[row]
		if at == profile.Dawn {
			continue
		}
		if p.start == profile.Dawn || at < p.start {
			p.start = at
		}
		p.end = max(p.end, at)
	}
	return p
}

func (d *Dataset) cutByTime(period time.Duration) ([]piece, string, error) {
	if period < time.Millisecond {
		return nil, "", fmt.Errorf("a period of %v is shorter than a millisecond", period)
	}
	byIndex := make(map[int64]*piece)
	timeless := 0
	for row, at := range d.Times {
		if at == profile.Dawn {
			timeless++
			continue
		}
		index := at.Index(period)
		if byIndex[index] == nil {
			start := at.Floor(period)
			byIndex[index] = &piece{index: index, start: start, end: start.Add(period)}
		}
		byIndex[index].rows = append(byIndex[index].rows, row)
	}
	if timeless == d.Rows && d.Rows > 0 {
		return nil, "", fmt.Errorf("chunks of time need times: no row of %s has one (name the column by --timestamp-column)", d.Path)
	}
	var all []piece
	for _, index := range slices.Sorted(maps.Keys(byIndex)) {
		all = append(all, *byIndex[index])
	}
	if timeless == 0 {
		return all, "", nil
	}
	return all, fmt.Sprintf("%d rows have no time and are in no chunk", timeless), nil
}
