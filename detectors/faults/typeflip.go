package faults

import (
	"strconv"
	"strings"

	"github.com/anchorwatch/anchorwatch/detectors/profile"
)

// typeFlip sees values that came as another type than before, where that makes them other values: texts in a numeric
// column, numbers or booleans in a column of texts, 0 and 1 for true and false, and the reverse.
func typeFlip(ref, cur *Column, o Options) *Finding {
	was := dominant(ref.Cells)
	now := share(was.of(cur.Cells), cur.Cells.present())
	before := share(was.of(ref.Cells), ref.Cells.present())
	alien := cur.Cells.present() - was.of(cur.Cells)
	refAlien := ref.Cells.present() - was.of(ref.Cells)
	if before < 0.5 || now >= before || !surge(alien, cur.Cells.present(), refAlien, ref.Cells.present(), rateTolerance, o) {
		return nil
	}
	novel := strangers(ref, cur)
	if textIsMissing(novel) {
		return textSentinel(ref, cur, o)
	}
	is := dominantBut(cur.Cells, was)
	if asTruth := was == truths && is == numbers; ref.Kind != profile.Numeric && !asTruth && 2*total(novel) < alien-min(alien, refAlien) {
		return nil // the same categories in other shares, or written without quotes
	}
	f := &Finding{Kind: TypeFlip, Share: share(alien, cur.Rows)}
	f.Clause = "comes as " + is.plural() + " instead of " + was.plural()
	if was == numbers && is == texts && allNumbers(cur.Aliens) {
		f.Clause = "comes as numbers written as text"
	}
	switch {
	case was == numbers && is == texts:
		f.hit = func(v Value) bool { return !v.Missing && !v.IsNumber }
	case was == texts && is == numbers:
		f.hit = func(v Value) bool { return !v.Missing && v.IsNumber }
	}
	return f
}

// strangers returns the values that are new: texts among numbers, else categories that the reference never had.
func strangers(ref, cur *Column) map[string]uint64 {
	if ref.Kind == profile.Numeric {
		return cur.Aliens
	}
	novel := make(map[string]uint64)
	for name, n := range cur.Categories {
		if ref.Categories[name] == 0 {
			novel[name] = n
		}
	}
	return novel
}

func total(counts map[string]uint64) uint64 {
	var n uint64
	for _, count := range counts {
		n += count
	}
	return n
}

// allNumbers tells whether texts are numbers but for a sign of currency, a per cent, spaces or a comma.
func allNumbers(aliens map[string]uint64) bool {
	clean := strings.NewReplacer(" ", "", "\u00a0", "", ",", "", "$", "", "€", "", "£", "", "%", "", "'", "")
	for text := range aliens {
		if _, err := strconv.ParseFloat(clean.Replace(text), 64); err != nil {
			return false
		}
	}
	return len(aliens) > 0
}

// cellType is a type of cell.
type cellType uint8

const (
	numbers cellType = iota
	truths
	texts
	others
)

func (t cellType) plural() string {
	return [...]string{"numbers", "true and false", "text", "lists or objects"}[t]
}

func (t cellType) of(c Cells) uint64 {
	return [...]uint64{c.Numbers, c.Truths, c.Texts, c.Others}[t]
}

// dominant returns the type of most cells.
func dominant(c Cells) cellType {
	best := numbers
	for t := numbers; t <= others; t++ {
		if t.of(c) > best.of(c) {
			best = t
		}
	}
	return best
}

// dominantBut is dominant among all types but one.
func dominantBut(c Cells, not cellType) cellType {
	switch not {
	case numbers:
		c.Numbers = 0
	case truths:
		c.Truths = 0
	case texts:
		c.Texts = 0
	case others:
		c.Others = 0
	}
	return dominant(c)
}
