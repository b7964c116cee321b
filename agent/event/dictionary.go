package event

// Dictionary numbers the names of features, in the order in which they were added: a name's number is its column in
// Batch.Features. The zero value is empty and ready. It may grow between two calls of Decode. One goroutine uses it,
// because a lookup learns: it remembers which name followed which, and most events then cost one comparison a name.
type Dictionary struct {
	names []string
	index map[string]int
	after []int // after[i+1]: the name that followed name i last time; after[0]: the first of all
}

// Add returns the column of a name, a new one if the name is new.
func (d *Dictionary) Add(name string) int {
	if i, known := d.index[name]; known {
		return i
	}
	if d.index == nil {
		d.index, d.after = map[string]int{}, []int{0}
	}
	i := len(d.names)
	d.names = append(d.names, name)
	d.index[name] = i
	d.after = append(d.after, i+1)
	return i
}

// Len returns the number of names.
func (d *Dictionary) Len() int { return len(d.names) }

// Name returns the name of a column.
func (d *Dictionary) Name(i int) string { return d.names[i] }

// find returns the number of a name that came behind name number previous (-1: first), -1 if it is unknown.
func (d *Dictionary) find(name []byte, previous int) int {
	if len(d.names) == 0 {
		return -1
	}
	if expected := d.after[previous+1]; expected < len(d.names) && d.names[expected] == string(name) {
		return expected
	}
	i, known := d.index[string(name)]
	if !known {
		return -1
	}
	d.after[previous+1] = i
	return i
}
