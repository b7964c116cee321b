package faults

// rateTolerance is by how much a rate may rise without anyone being told.
const rateTolerance = 0.02

// missingSurge sees rows that had a value and have none now.
func missingSurge(ref, cur *Column, o Options) *Finding {
	if !surge(cur.Missing, cur.Rows, ref.Missing, ref.Rows, rateTolerance, o) {
		return nil
	}
	now, before := share(cur.Missing, cur.Rows), share(ref.Missing, ref.Rows)
	f := &Finding{Kind: MissingSurge, Share: now, before: before, Clause: "is missing", hit: func(v Value) bool { return v.Missing }}
	f.Detail = "never before"
	if ref.Missing > 0 {
		f.Detail = Percent(before) + " before"
	}
	return f
}
