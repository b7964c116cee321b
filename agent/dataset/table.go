package dataset

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"maps"
	"math"
	"slices"
	"strings"

	"github.com/anchorwatch/anchorwatch/detectors/performance"
	"github.com/anchorwatch/anchorwatch/detectors/profile"
)

// table is a CSV file in the course of being read.
type table struct {
	*Dataset
	roles    []role
	columns  []*Column // by field; nil for ids and what is ignored
	prefix   string    // of the probability columns' names
	required bool      // the caller named the time column: it must hold times
	timeless int       // times that could not be read
}

// readTable reads a CSV table: its first record names the columns. Size is that of the file, 0 if it is not known.
func (d *Dataset) readTable(text *bufio.Reader, size int64, o Options) error {
	records := newRecords(text)
	first, err := records.read()
	if errors.Is(err, io.EOF) {
		return errNothing
	}
	if err != nil {
		return fmt.Errorf("header: %w", err)
	}
	header := make([]string, len(first))
	for i, cell := range first {
		header[i] = string(cell)
	}
	d.Header = distinctNames(header)
	t := &table{Dataset: d, required: o.Timestamp != ""}
	var note string
	t.roles, t.prefix, note = o.roles(t.Header)
	d.Notes = append(d.Notes, note)
	t.lay()
	t.reserve(expectedRows(text, size))
	for {
		record, err := records.read()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return err
		}
		if err := t.row(record); err != nil {
			return fmt.Errorf("line %d: %w", records.start, err)
		}
	}
	t.finish()
	return nil
}

// distinctNames copies a header; as in pandas, a name that comes again gets .1, .2 behind it, and a column without a
// name is called by its position.
func distinctNames(header []string) []string {
	names := make([]string, len(header))
	taken := make(map[string]bool)
	for _, name := range header {
		taken[name] = true
	}
	seen := make(map[string]int)
	for i, name := range header {
		if name == "" {
			name = fmt.Sprintf("Unnamed: %d", i)
		}
		names[i] = name
		for again := seen[name]; again > 0; again++ {
			if candidate := fmt.Sprintf("%s.%d", name, again); !taken[candidate] {
				names[i], seen[name] = candidate, again
				taken[candidate] = true
				break
			}
		}
		seen[name]++
	}
	return names
}

// lay makes a column for every field that holds values.
func (t *table) lay() {
	t.columns = make([]*Column, len(t.Header))
	for i, name := range t.Header {
		c := &Column{Name: name}
		switch t.roles[i] {
		case identity, ignored:
			continue
		case prediction:
			c.Part = Prediction
		case score:
			c.Part = Score
		case probability:
			c.Part = Probability
		case feature, moment, label, arrival:
		}
		t.columns[i] = c
	}
}

// mostExpected is how many rows room is made for before they have been seen.
const mostExpected = 1 << 20

// expectedRows estimates from the lines at hand how many rows a file of that size has, a few too many; 0 if unknown.
func expectedRows(text *bufio.Reader, size int64) int {
	start, _ := text.Peek(text.Buffered())
	lines := int64(bytes.Count(start, []byte{'\n'}))
	if lines == 0 {
		return 0
	}
	return int(min(size/(int64(len(start))/lines)*33/32+1, mostExpected))
}

func (t *table) reserve(rows int) {
	t.Dataset.reserve(rows)
	for _, c := range t.columns {
		if c != nil {
			c.reserve(rows)
		}
	}
}

// row reads one record. Ids and times are read at once, everything else when the whole column is known.
func (t *table) row(record [][]byte) error {
	id, at, arrived := "", profile.Dawn, profile.Dawn
	for i, cell := range record {
		switch r := t.roles[i]; r {
		case ignored:
			continue
		case identity:
			id = string(cell)
			continue
		case moment, arrival:
			if isMissing(string(cell)) {
				continue
			}
			parsed, ok := parseTime(string(cell), unit(t.Header[i]))
			switch {
			case r == arrival:
				if ok {
					arrived = parsed
				}
				continue
			case ok:
				at = parsed
			case t.required:
				return fmt.Errorf("column %q: %q is no time: want RFC 3339, a date, or a number since 1970", t.Header[i], cell)
			default:
				t.timeless++
			}
			if t.required {
				continue
			}
		case feature, prediction, score, label, probability:
		}
		t.columns[i].setSpelled(t.Rows, cell)
	}
	t.Rows++
	t.IDs = append(t.IDs, id)
	t.Times = append(t.Times, at)
	t.Arrived = append(t.Arrived, arrived)
	t.Served = append(t.Served, Served{LatencyMS: math.NaN()})
	return nil
}

// finish settles roles that rest on values, and reads answers and truths.
func (t *table) finish() {
	byRole := make(map[role]*Column)
	probabilities := make(map[string]*Column)
	for i, c := range t.columns {
		switch r := t.roles[i]; {
		case c == nil || r == arrival:
			continue
		case r == moment && t.timeless == 0:
			continue
		case r == moment:
			t.Notes = append(t.Notes, fmt.Sprintf("column %q holds values that are no times: it is a feature", c.Name))
			for row := range t.Times {
				t.Times[row] = profile.Dawn
			}
		case r == label:
			byRole[r] = c
			continue
		case r == probability:
			probabilities[strings.TrimPrefix(c.Name, t.prefix)] = c
		case r == prediction, r == score:
			byRole[r] = c
		}
		t.Columns = append(t.Columns, c)
	}
	t.readTruths(byRole[label])
	t.readAnswers(byRole[prediction], byRole[score], probabilities)
}

func (t *table) readTruths(c *Column) {
	t.Truths = make([]performance.Truth, t.Rows)
	truths := reading{dataset: t.Dataset, column: c}
	for row := range t.Truths {
		t.Truths[row] = truths.of(row)
	}
}

// readAnswers puts predictions, scores and probabilities together. A prediction is a value if it is a number that
// nothing shows to be a class; a score beside values is a feature that happens to be called so.
func (t *table) readAnswers(predictions, scores *Column, probabilities map[string]*Column) {
	t.Answers = make([]performance.Answer, t.Rows)
	if predictions == nil && scores == nil && len(probabilities) == 0 {
		return
	}
	values := predictions.holdsValues(scores != nil || len(probabilities) > 0)
	if values && scores != nil {
		scores.Part = Feature
		t.Notes = append(t.Notes, fmt.Sprintf("column %q is a feature: the predictions are values, which have no score", scores.Name))
		scores = nil
	}
	if predictions != nil {
		predictions.classes = !values
	}
	classes := slices.Sorted(maps.Keys(probabilities))
	names := make([][]byte, len(classes))
	for i, name := range classes {
		names[i] = t.class(className(name))
	}
	answers := reading{dataset: t.Dataset, column: predictions}
	for row := range t.Answers {
		a := &t.Answers[row]
		switch {
		case values && !predictions.holds(row, missing) && !predictions.holds(row, other):
			a.Value, a.HasValue = predictions.numbers[row], true
		case !values:
			a.Class = answers.of(row).Class
			a.HasClass = a.Class != nil
		}
		if scores.holds(row, number) {
			a.Score, a.HasScore = scores.numbers[row], true
		}
		for i, name := range classes {
			if c := probabilities[name]; c.holds(row, number) {
				if a.Probabilities == nil {
					a.Probabilities = make([]performance.ClassProbability, 0, len(classes))
				}
				a.Probabilities = append(a.Probabilities, performance.ClassProbability{Class: names[i], Probability: c.numbers[row]})
			}
		}
	}
}
