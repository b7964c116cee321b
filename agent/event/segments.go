package event

// segments returns one value for each of the model's segments: from the event's segments, else the feature of that name.
// A value that is absent, null, no scalar or longer than 1 KiB is nil; if all are, so is the result.
func (d *Decoder) segments(model int) ([][]byte, Reason) {
	if model >= len(d.options.Segments) {
		return nil, Accepted
	}
	own, features := d.first(d.paths.segments), d.first(d.paths.features)
	start := len(d.batch.segments)
	any := false
	for _, name := range d.options.Segments[model] {
		v, reason := d.named(own, name)
		if reason == Accepted && v.kind <= jsonNull {
			v, reason = d.named(features, name)
		}
		if reason != Accepted {
			return nil, reason
		}
		slice, ok := d.name(v)
		if !ok {
			slice = nil
		}
		any = any || ok
		d.batch.segments = append(d.batch.segments, slice)
	}
	if !any {
		d.batch.segments = d.batch.segments[:start]
		return nil, Accepted
	}
	end := len(d.batch.segments)
	return d.batch.segments[start:end:end], Accepted
}

// named returns the member of an object with that name.
func (d *Decoder) named(v value, name string) (member value, reason Reason) {
	if v.kind != jsonObject {
		return value{}, Accepted
	}
	tape := d.event.tape
	for key := v.node + 1; key < tape[v.node].next; key = tape[key+1].next {
		if string(d.event.text(key, d.arena())) != name {
			continue
		}
		if member.kind != absent {
			return value{}, DuplicateKey
		}
		member = d.valueAt(key + 1)
	}
	return member, Accepted
}
