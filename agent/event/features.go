package event

// hasFeatures tells whether there is something in the features' place; a flat record needs a member that no path names.
func (d *Decoder) hasFeatures() bool {
	v := d.first(d.paths.features)
	if v.kind != jsonObject || v.node != d.root {
		return v.kind > jsonNull
	}
	tape := d.event.tape
	for key := v.node + 1; key < tape[v.node].next; key = tape[key+1].next {
		if !tape[key].mapped {
			return true
		}
	}
	return false
}

// features appends a cell for every known feature to its column and counts the unknown ones. A column whose last cell is
// already of this row shows a name that came twice.
func (d *Decoder) features() Reason {
	v := d.first(d.paths.features)
	switch {
	case v.kind <= jsonNull:
		return Accepted
	case v.kind != jsonObject:
		return BadFeatures
	}
	row := d.batch.row()
	tape := d.event.tape
	previous := -1
	for key := v.node + 1; key < tape[v.node].next; key = tape[key+1].next {
		if tape[key].mapped {
			continue
		}
		name := d.event.text(key, d.arena())
		i := d.options.Dictionary.find(name, previous)
		if i < 0 {
			if !d.paths.excludes(name) {
				d.batch.Unexpected++
			}
			continue
		}
		previous = i
		if d.excluded[i] {
			continue
		}
		column := d.batch.Features[i]
		n := len(column)
		if n > 0 && column[n-1].Row == row {
			return DuplicateKey
		}
		column = append(column, Cell{Row: row})
		d.fill(&column[n], key+1)
		d.batch.Features[i] = column
	}
	return Accepted
}

// fill reads one feature into its cell. The spellings of NaN and infinity are numbers wherever they stand; any other
// string, "12.5" too, stays a string: whether that is a mistake is for the column's kind to say.
func (d *Decoder) fill(c *Cell, i int32) {
	switch d.event.tape[i].kind {
	case jsonNumber:
		c.Kind, c.Number = Number, parseNumber(d.event.raw(i))
	case jsonText:
		s := d.event.text(i, d.arena())
		if x, ok := nonFinite(s); ok {
			c.Kind, c.Number = Number, x
		} else if c.Kind = Other; len(s) <= maxText {
			c.Kind, c.Text = String, s
		}
	case jsonBool:
		c.Kind, c.Text = Bool, d.event.raw(i)
		if c.Text[0] == 't' {
			c.Number = 1
		}
	case jsonArray, jsonObject:
		c.Kind = Other
	case absent, jsonNull: // Missing, the zero kind
	}
}
