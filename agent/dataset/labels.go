package dataset

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"maps"
	"math"
	"slices"

	"github.com/anchorwatch/anchorwatch/agent/event"
	"github.com/anchorwatch/anchorwatch/detectors/performance"
	"github.com/anchorwatch/anchorwatch/detectors/profile"
)

// Labels are the truth by id. The first label of an id wins; a null label says nothing.
type Labels struct {
	byID map[string]labeled
}

type labeled struct {
	class  string
	number float64
	at     profile.Instant
}

func newLabels() *Labels { return &Labels{byID: make(map[string]labeled)} }

// Len returns how many ids have a label.
func (l *Labels) Len() int { return len(l.byID) }

func (l *Labels) add(e *event.Label) {
	if !e.Truth.Present {
		return
	}
	at := e.Time
	if e.Untimed {
		at = profile.Dawn
	}
	l.put(string(e.ID), labeled{class: string(e.Truth.Class), number: e.Truth.Number, at: at})
}

func (l *Labels) put(id string, x labeled) {
	if _, known := l.byID[id]; !known && id != "" {
		l.byID[id] = x
	}
}

// ReadLabels reads label events, or a table: two columns id and label, with a header or without, or a wider one whose
// header has names for both (Options.ID and Label, else the well-known ones).
func ReadLabels(r io.Reader, path string, o Options) (*Labels, error) {
	text, _, err := decompress(r)
	if err != nil {
		return nil, fmt.Errorf("read labels %s: %w", path, err)
	}
	l := newLabels()
	form, err := formOf(text)
	switch {
	case err != nil:
	case form == parquetForm:
		err = readParquet(r, func(p *parquetFile) error { return l.readParquet(p, o) })
	case form == eventForm:
		err = l.readEvents(text)
	default:
		err = l.readTable(text, o)
	}
	if err != nil {
		return nil, fmt.Errorf("read labels %s: %w", path, err)
	}
	return l, nil
}

func (l *Labels) readEvents(text *bufio.Reader) error {
	r, err := newReader(event.Labels)
	if err != nil {
		return err
	}
	return lines(text, func(_ int, line []byte) error {
		if err := r.decode(line); err != nil {
			return err
		}
		for i := range r.batch.Labels {
			l.add(&r.batch.Labels[i])
		}
		return nil
	})
}

func (l *Labels) readTable(text *bufio.Reader, o Options) error {
	records := newRecords(text)
	var id, truth, at int
	var perSecond int64
	for n := 0; ; n++ {
		cells, err := records.read()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		record := make([]string, len(cells))
		for i, cell := range cells {
			record[i] = string(cell)
		}
		if n == 0 {
			var header bool
			if id, truth, at, header = o.labelColumns(record); id < 0 || truth < 0 {
				return fmt.Errorf("columns %q: want two columns, id and label, or a header that names them", record)
			}
			if at >= 0 {
				perSecond = unit(record[at])
			}
			if header {
				continue
			}
		}
		if isMissing(record[truth]) {
			continue
		}
		x := labeled{class: string(className(record[truth])), number: asNumber(record[truth]), at: profile.Dawn}
		if at >= 0 {
			if parsed, ok := parseTime(record[at], perSecond); ok {
				x.at = parsed
			}
		}
		l.put(record[id], x)
	}
}

// labelColumns finds id, label and time among the fields of a label table's first record, and tells whether that is a
// header. Without one, two columns are id and label.
func (o *Options) labelColumns(record []string) (id, truth, at int, header bool) {
	roles, _, _ := o.roles(record)
	id, truth, at = slices.Index(roles, identity), slices.Index(roles, label), slices.Index(roles, moment)
	if at < 0 {
		at = slices.Index(roles, arrival)
	}
	switch {
	case id >= 0 && truth >= 0:
		return id, truth, at, true
	case len(record) != 2:
		return -1, -1, -1, false
	}
	return 0, 1, -1, id >= 0 || truth >= 0
}

// Join sets every row's truth to the label of its id, whatever the file itself said: rows without one have none.
func (d *Dataset) Join(l *Labels) {
	d.join(l, true)
}

// join labels rows by id; unless it replaces, only those without a label.
func (d *Dataset) join(l *Labels, replace bool) {
	matched := 0
	for row := range d.Truths {
		if !replace && d.Truths[row].Class != nil {
			continue
		}
		x, ok := l.byID[d.IDs[row]]
		if !ok && replace {
			d.Truths[row], d.Arrived[row] = performance.Truth{Number: math.NaN()}, profile.Dawn
		}
		if ok {
			d.Truths[row] = performance.Truth{Class: d.class([]byte(x.class)), Number: x.number}
			d.Arrived[row] = x.at
			matched++
		}
	}
	if replace {
		note := fmt.Sprintf("%d of %d rows found their label by id", matched, d.Rows)
		if matched == 0 && d.Rows > 0 && l.Len() > 0 {
			note += d.strangers(l)
		}
		d.Notes = append(d.Notes, note)
	}
}

// strangers says why no row and no label have an id in common, by the first id of either side.
func (d *Dataset) strangers(l *Labels) string {
	i := slices.IndexFunc(d.IDs, func(id string) bool { return id != "" })
	if i < 0 {
		return ": no row has an id (--id-column says where it is)"
	}
	return fmt.Sprintf(": ids are like %q, those of the labels like %q", d.IDs[i], slices.Min(slices.Collect(maps.Keys(l.byID))))
}
