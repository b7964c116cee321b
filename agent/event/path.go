package event

import (
	"strconv"
	"strings"
)

// base is where a path begins; bases form sets.
type base uint8

const (
	fromValue base = 1 << iota // inside the event
	fromRoot                   // the event itself
	fromHeader
	fromKey
	fromRecord // the record's timestamp
	fromConst
)

// path is one compiled path.
type path struct {
	from     base
	place    int    // fromValue and fromRoot: the number of the place
	header   string // fromHeader: its name
	constant []byte // fromConst
}

// field is where one part of an event may stand, in order of preference.
type field []path

// maxSteps bounds a path, because each of its dots may also belong to a key.
const maxSteps = 8

// compile turns the text of one path into paths: one for every reading of its dots.
func (p *Paths) compile(text string, allowed base) ([]path, *MappingError) {
	var first path
	var steps []step
	problem := ""
	switch {
	case text == "value":
		first.from = fromRoot
	case strings.HasPrefix(text, "value.") || strings.HasPrefix(text, "value["):
		first.from = fromValue
		steps, problem = parseSteps(strings.TrimPrefix(text, "value"))
	case strings.HasPrefix(text, "header.") && text != "header.":
		first.from, first.header = fromHeader, strings.TrimPrefix(text, "header.")
	case text == "key":
		first.from = fromKey
	case text == "record":
		first.from = fromRecord
	case strings.HasPrefix(text, "const:"):
		first.from, first.constant = fromConst, []byte(strings.TrimPrefix(text, "const:"))
	default:
		return nil, &MappingError{Path: text, Problem: "no path begins like this", Remedy: "use " + remedy(allowed)}
	}
	if problem != "" {
		return nil, &MappingError{Path: text, Problem: problem, Remedy: "write value.name, value.outer.name or value.list[0]"}
	}
	if first.from&allowed == 0 {
		return nil, &MappingError{Path: text, Problem: "cannot stand here", Remedy: "use " + remedy(allowed)}
	}
	if first.from != fromValue {
		return []path{first}, nil
	}
	var all []path
	p.insert(p.root, steps, func(end *place) { all = append(all, path{from: fromValue, place: end.number}) })
	return all, nil
}

// step is a key, or the index of an element if key is empty.
type step struct {
	key   string
	index int
}

// parseSteps reads .name and [n] until the end. The second result is the problem, if there is one.
func parseSteps(s string) ([]step, string) {
	var steps []step
	for s != "" {
		if len(steps) == maxSteps {
			return nil, "has more than 8 steps"
		}
		if s[0] == '[' {
			digits, rest, closed := strings.Cut(s[1:], "]")
			if digits == "*" {
				return nil, "one record holds one event, so [*] has no meaning"
			}
			n, err := strconv.ParseUint(digits, 10, 16)
			if !closed || err != nil {
				return nil, "brackets hold a number from 0 to 65535"
			}
			steps, s = append(steps, step{index: int(n)}), rest
			continue
		}
		if s[0] != '.' {
			return nil, "a dot is missing behind a bracket"
		}
		s = s[1:]
		end := strings.IndexAny(s, ".[")
		if end < 0 {
			end = len(s)
		}
		if end == 0 {
			return nil, "a name is empty"
		}
		steps, s = append(steps, step{key: s[:end]}), s[end:]
	}
	return steps, ""
}

// insert adds the places of a path below from, the longest key first, and hands over the last place of each reading.
func (p *Paths) insert(from *place, steps []step, found func(*place)) {
	if len(steps) == 0 {
		found(from)
		return
	}
	if steps[0].key == "" {
		p.insert(from.element(steps[0].index, p), steps[1:], found)
		return
	}
	names := 0
	for names < len(steps) && steps[names].key != "" {
		names++
	}
	for ; names > 0; names-- {
		keys := make([]string, names)
		for i := range keys {
			keys[i] = steps[i].key
		}
		p.insert(from.child(strings.Join(keys, "."), p), steps[names:], found)
	}
}

// remedy lists the paths that may be used.
func remedy(allowed base) string {
	var forms []string
	for _, s := range []struct {
		from base
		form string
	}{
		{fromValue, "value.<name>"},
		{fromRoot, "value"},
		{fromHeader, "header.<name>"},
		{fromKey, "key"},
		{fromRecord, "record"},
		{fromConst, "const:<text>"},
	} {
		if allowed&s.from != 0 {
			forms = append(forms, s.form)
		}
	}
	if len(forms) == 1 {
		return forms[0]
	}
	last := len(forms) - 1
	return strings.Join(forms[:last], ", ") + " or " + forms[last]
}
