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
	row := int32(len(d.batch.Predictions))
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
		if n := len(column); n > 0 && column[n-1].Row == row {
			return DuplicateKey
		}
		d.batch.Features[i] = append(column, d.cell(row, key+1))
	}
	return Accepted
}

// cell reads one feature. The spellings of NaN and infinity are numbers wherever they stand; any other string, "12.5"
// too, stays a string: whether that is a mistake is for the column's kind to say.
func (d *Decoder) cell(row, i int32) Cell {
	c := Cell{Row: row}
	switch v := d.valueAt(i); v.kind {
	case jsonNumber:
		c.Kind, c.Number = Number, parseNumber(v.text)
	case jsonText:
		if x, ok := nonFinite(v.text); ok {
			c.Kind, c.Number = Number, x
		} else if c.Kind = Other; len(v.text) <= maxText {
			c.Kind, c.Text = String, v.text
		}
	case jsonBool:
		c.Kind, c.Text = Bool, v.text
		if v.text[0] == 't' {
			c.Number = 1
		}
	case jsonArray, jsonObject:
		c.Kind = Other
	case absent, jsonNull: // Missing
	}
	return c
}
