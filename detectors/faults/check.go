package faults

import "github.com/anchorwatch/anchorwatch/detectors/profile"

// Check names the fault of a column, nil if there is none. Both columns are the same one, before and now, read as the
// reference's kind. At most one fault is named: of several the one that touches most rows more than before, and of
// equals the first in the order of the list. Without values or rows on either side there is nothing to compare.
func Check(ref, cur *Column, o Options) *Finding {
	if ref.Rows == 0 || cur.Rows == 0 {
		return nil
	}
	var best *Finding
	for _, test := range []func(ref, cur *Column, o Options) *Finding{typeFlip, missingSurge, checkValues} {
		if f := test(ref, cur, o); f != nil && (best == nil || f.Share-f.before > best.Share-best.before) {
			best = f
		}
	}
	if best != nil {
		best.Column = cur.Name
		best.Share = min(max(best.Share, 0), 1)
	}
	return best
}

// checkValues looks at the values that are there; the first test that explains them ends the search.
func checkValues(ref, cur *Column, o Options) *Finding {
	tests := []func(ref, cur *Column, o Options) *Finding{respelled, textSentinel, constant, unseen, frozen}
	switch {
	case ref.Output:
		tests = []func(ref, cur *Column, o Options) *Finding{constant}
	case ref.Kind == profile.Numeric:
		tests = []func(ref, cur *Column, o Options) *Finding{numericCode, constant, numericSentinel, unitChange, clipped, frozen, heaped}
	case ref.Kind == profile.Text:
		return nil
	}
	for _, test := range tests {
		if f := test(ref, cur, o); f != nil {
			return f
		}
	}
	return nil
}
