package faults

import (
	"fmt"
	"maps"
	"slices"
)

// spellingTolerance is the share of rows from which respelled categories count.
const spellingTolerance = 0.005

// beside is how many times their old share names may have in the old spelling too, for the new one to have taken their
// place: drift may feed them meanwhile.
const beside = 1.1

// respelled sees categories that the reference never had but for their spelling. The names they had, taken together, must
// not be commoner than before: a spelling that comes besides is another name. Where the reference itself spells names in more
// than one way, as people who type do, the new spellings must be commoner than its own rarer ones.
func respelled(ref, cur *Column, o Options) *Finding {
	novel := make([]string, 0, len(cur.Categories))
	for _, name := range slices.Sorted(maps.Keys(cur.Categories)) {
		if ref.Categories[name] == 0 && !meansMissing(name) {
			novel = append(novel, name)
		}
	}
	if len(novel) == 0 {
		return nil
	}
	known := slices.Sorted(maps.Keys(ref.Categories))
	n, m := total(cur.Categories), total(ref.Categories)
	for _, s := range spellings {
		original := byNormal(known, s.normal)
		renamed := make(map[string]bool)
		counted := make(map[string]bool)
		var hits, most, left, had uint64
		var from, to string
		for _, name := range novel {
			was, ok := original[s.normal(name)]
			if !ok {
				continue
			}
			if !counted[was] {
				counted[was] = true
				left, had = left+cur.Categories[was], had+ref.Categories[was]
			}
			renamed[name] = true
			count := cur.Categories[name]
			hits += count
			if count > most {
				most, from, to = count, was, name
			}
		}
		if share(left, n) > beside*share(had, m) || !surge(hits, n, loose(ref.Categories, s.normal), m, spellingTolerance, o) {
			continue
		}
		return &Finding{
			Kind: s.kind, Share: share(hits, cur.Rows),
			Clause: fmt.Sprintf("is written differently (%s): `%s` for `%s`", s.what, marked(to), marked(from)),
			hit:    func(v Value) bool { return !v.Missing && renamed[v.Text] },
		}
	}
	return nil
}

// marked makes spaces at the ends visible.
func marked(s string) string {
	if s != collapsed(s) {
		return shown(fmt.Sprintf("%q", s))
	}
	return shown(s)
}

// byNormal returns the names by their normal form; forms that two names share are left out.
func byNormal(names []string, normal func(string) string) map[string]string {
	all := make(map[string]string, len(names))
	twice := make(map[string]bool)
	for _, name := range names {
		form := normal(name)
		if _, taken := all[form]; taken {
			twice[form] = true
		}
		all[form] = name
	}
	for form := range twice {
		delete(all, form)
	}
	return all
}

// loose counts the rows of names that differ from a commoner one by no more than their spelling.
func loose(categories map[string]uint64, normal func(string) string) uint64 {
	common := make(map[string]uint64)
	for name, count := range categories {
		form := normal(name)
		common[form] = max(common[form], count)
	}
	rows := total(categories)
	for _, count := range common {
		rows -= count
	}
	return rows
}
