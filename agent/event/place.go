package event

// place is a point that the mapping's paths pass through or end at: the tree of all paths, so that one walk over a
// record finds what all of them name, in whatever order the keys stand.
type place struct {
	number   int
	keys     Dictionary
	children []*place // by the numbers of keys
	elements map[int]*place
}

func (p *Paths) newPlace() *place {
	p.count++
	return &place{number: p.count - 1}
}

// child returns the place below a key.
func (here *place) child(key string, of *Paths) *place {
	i := here.keys.Add(key)
	if i == len(here.children) {
		here.children = append(here.children, of.newPlace())
	}
	return here.children[i]
}

// element returns the place below an index.
func (here *place) element(index int, of *Paths) *place {
	if here.elements == nil {
		here.elements = map[int]*place{}
	}
	if here.elements[index] == nil {
		here.elements[index] = of.newPlace()
	}
	return here.elements[index]
}

// locate notes in d.found where the value at node i, and what the paths name below it, stand on the tape. Keys that the
// paths know are marked as mapped; one that comes twice in an object is refused, since the two may contradict each other.
func (d *Decoder) locate(here *place, i int32) Reason {
	d.found[here.number] = i
	switch tape := d.event.tape; {
	case tape[i].kind == jsonObject && len(here.children) > 0:
		return d.locateMembers(here, i)
	case tape[i].kind == jsonArray && here.elements != nil:
		end := tape[i].next
		for n, e := 0, i+1; e < end; n, e = n+1, tape[e].next {
			if below := here.elements[n]; below != nil {
				if reason := d.locate(below, e); reason != Accepted {
					return reason
				}
			}
		}
	}
	return Accepted
}

func (d *Decoder) locateMembers(here *place, i int32) Reason {
	tape := d.event.tape
	previous := -1
	for key := i + 1; key < tape[i].next; key = tape[key+1].next {
		n := here.keys.find(d.event.text(key, d.arena()), previous)
		if n < 0 {
			continue
		}
		below := here.children[n]
		if d.found[below.number] != nowhere {
			return DuplicateKey
		}
		previous = n
		tape[key].mapped = true
		if reason := d.locate(below, key+1); reason != Accepted {
			return reason
		}
	}
	return Accepted
}

// nowhere is the index of a node that is not there.
const nowhere int32 = -1

// value is what stood at a path: a value of the event, or a text from elsewhere.
type value struct {
	kind kind
	text []byte // of a text or boolean; of a number its literal
	node int32  // of an array or object
}

// first returns the first value of a field that is neither absent nor null; null if there is only null.
func (d *Decoder) first(f field) value {
	best := value{}
	for i := range f {
		if p := &f[i]; p.from == fromValue && d.found[p.place] == nowhere {
			continue // nearly all of them; follow would say the same, but slower
		}
		v := d.follow(&f[i])
		if v.kind > jsonNull {
			return v
		}
		best.kind = max(best.kind, v.kind)
	}
	return best
}

// follow returns what stands at one path. An empty text outside the event counts as absent.
func (d *Decoder) follow(p *path) value {
	switch p.from {
	case fromValue, fromRoot:
		return d.valueAt(d.found[p.place])
	case fromHeader:
		return outside(d.header(p.header))
	case fromKey:
		return outside(d.record.Key)
	case fromConst:
		return outside(p.constant)
	case fromRecord: // the timestamp's reader asks for it by itself
	}
	return value{}
}

func outside(s []byte) value {
	if len(s) == 0 {
		return value{}
	}
	return value{kind: jsonText, text: s}
}

// valueAt returns the value at a node of the event.
func (d *Decoder) valueAt(i int32) value {
	if i == nowhere {
		return value{}
	}
	switch k := d.event.tape[i].kind; k {
	case jsonText:
		return value{kind: jsonText, text: d.event.text(i, d.arena())}
	case jsonNumber, jsonBool:
		return value{kind: k, text: d.event.raw(i)}
	default:
		return value{kind: k, node: i}
	}
}
