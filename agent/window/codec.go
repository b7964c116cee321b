package window

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/anchorwatch/anchorwatch/agent/event"
	"github.com/anchorwatch/anchorwatch/agent/source"
	"github.com/anchorwatch/anchorwatch/detectors"
	"github.com/anchorwatch/anchorwatch/detectors/performance"
	"github.com/anchorwatch/anchorwatch/detectors/profile"
)

var errDamaged = errors.New("window: damaged state")

// AppendBinary appends every partition's progress.
func (w *Watermarks) AppendBinary(b []byte) []byte {
	partitions := make([]source.Partition, 0, len(w.marks))
	for p := range w.marks {
		partitions = append(partitions, p)
	}
	slices.SortFunc(partitions, source.Partition.Compare)
	b = binary.AppendUvarint(b, uint64(len(partitions)))
	for _, p := range partitions {
		m := w.marks[p]
		b = profile.AppendString(b, p.Topic)
		b = binary.AppendVarint(b, int64(p.Number))
		b = append(b, byte(m.stream), flag(m.timed))
		for _, i := range []profile.Instant{m.settled, m.newest, m.idle} {
			b = binary.AppendVarint(b, int64(i))
		}
	}
	return b
}

// Restore replaces all progress by what AppendBinary wrote. The wall clock at which an event came is not restored: a
// partition is carried on again only once it has had a new event, or from now on (see Resume).
func (w *Watermarks) Restore(b []byte) error {
	r := profile.NewReader(b)
	marks := map[source.Partition]*mark{}
	for range r.Len(6) {
		p := source.Partition{Topic: r.String(), Number: int(r.Varint())}
		marks[p] = &mark{
			stream: event.Stream(r.Byte()), timed: r.Byte() != 0, settled: profile.Instant(r.Varint()), newest: profile.Instant(r.Varint()),
			idle: profile.Instant(r.Varint()),
		}
	}
	if r.Err() != nil {
		return r.Err()
	}
	w.marks = marks
	return nil
}

// Resume lets restored partitions be carried on by the wall clock from now on, from where they had come to.
func (w *Watermarks) Resume(now time.Time) {
	for _, m := range w.marks {
		if m.arrived.IsZero() && m.newest != profile.Dawn {
			carried := max(m.settled, m.idle).Sub(m.newest.Add(-w.clock.OutOfOrderness))
			m.arrived = now.Add(-max(carried, 0))
		}
	}
}

// AppendBinary appends all versions and their series.
func (w *Windows) AppendBinary(b []byte) []byte {
	b = binary.AppendUvarint(b, uint64(len(w.models)))
	for i := range w.counts {
		b = w.counts[i].append(b)
	}
	for _, m := range w.models {
		b = profile.AppendString(b, m.options.Name)
		b = m.appendSegments(m.appendShape(b))
		b = binary.AppendUvarint(b, uint64(len(m.versions)))
		for _, v := range m.versions {
			b = v.append(b)
		}
	}
	return b
}

// appendShape appends what numbers in the state stand for: a state is only good for the same shape. What a horizon asks
// for may have changed: it goes on where it was.
func (m *model) appendShape(b []byte) []byte {
	b = binary.AppendUvarint(b, uint64(len(m.options.Specs)))
	for _, s := range m.options.Specs {
		b = profile.AppendString(b, fmt.Sprintf("%q %v %v", s.Name, s.Size, s.Slide))
	}
	b = binary.AppendUvarint(b, uint64(len(m.slicers)))
	for _, s := range m.slicers {
		b = profile.AppendString(b, fmt.Sprintf("%q %q %d", s.spec.Name, s.spec.Values, s.spec.Max))
	}
	return binary.AppendUvarint(b, uint64(len(m.options.Horizons)))
}

// appendSegments appends the segment values by number: some may have come from baselines.
func (m *model) appendSegments(b []byte) []byte {
	for _, s := range m.slicers {
		b = binary.AppendUvarint(b, uint64(len(s.values)-1))
		for _, value := range s.values[1:] {
			b = profile.AppendString(b, value)
		}
	}
	return b
}

func (m *model) readSegments(r *profile.Reader) {
	for _, s := range m.slicers {
		for range r.Len(1) {
			s.add([]string{r.String()})
		}
	}
}

func (v *version) append(b []byte) []byte {
	b = profile.AppendString(b, v.name)
	b = binary.AppendVarint(b, int64(v.newest))
	b = profile.AppendString(b, v.baselineID)
	b = binary.AppendUvarint(b, uint64(len(v.ordered)))
	for _, s := range v.ordered {
		// The length in front lets a reader without this baseline skip what it cannot read.
		state := s.append(nil)
		b = binary.AppendUvarint(b, uint64(len(state)))
		b = append(b, state...)
	}
	return b
}

func (s *series) append(b []byte) []byte {
	b = append(b, s.id.spec, byte(s.id.segment), flag(s.begun)) // #nosec G115 -- read back as int8
	b = binary.AppendUvarint(b, uint64(s.id.value))
	for _, n := range []int64{s.next, s.last, int64(s.gap), s.lacking, s.settled} {
		b = binary.AppendVarint(b, n)
	}
	for h := range s.judged {
		b = binary.AppendVarint(b, s.judged[h])
		b = profile.AppendFloats(b, s.coverage[h])
	}
	b = s.life.append(s.horizon.append(b))
	b = binary.AppendUvarint(b, uint64(len(s.windows)))
	for _, w := range s.windows {
		b = w.append(b)
	}
	b = binary.AppendUvarint(b, uint64(len(s.panes)))
	for _, index := range slices.Sorted(maps.Keys(s.panes)) {
		b = binary.AppendVarint(b, index)
		b = s.panes[index].append(b)
	}
	return b
}

func (h *horizon) append(b []byte) []byte {
	b = h.delays.AppendBinary(b)
	b = binary.AppendVarint(b, int64(h.learned))
	b = binary.AppendVarint(b, h.matured)
	b = binary.AppendUvarint(b, uint64(len(h.recent)))
	for _, step := range slices.Sorted(maps.Keys(h.recent)) {
		b = binary.AppendVarint(b, step)
		b = h.recent[step].AppendBinary(b)
	}
	return b
}

func (l *life) append(b []byte) []byte {
	b = append(b, flag(l.superseded))
	b = binary.AppendVarint(b, int64(l.began))
	b = binary.AppendVarint(b, l.back)
	b = binary.AppendUvarint(b, uint64(len(l.turns)))
	for _, t := range l.turns {
		b = binary.AppendVarint(b, int64(t.at))
		b = profile.AppendString(b, t.successor)
	}
	return b
}

func (w *window) append(b []byte) []byte {
	b = binary.AppendVarint(b, w.index)
	b = append(b, flag(w.closed))
	b = binary.AppendVarint(b, int64(w.matures))
	b = binary.AppendUvarint(b, uint64(len(w.drift)))
	for i := range w.drift {
		b = w.drift[i].AppendBinary(b)
	}
	return b
}

func (p *pane) append(b []byte) []byte {
	b = append(b, p.holds(), flag(p.spoken))
	if p.set != nil {
		b = p.set.AppendBinary(b)
	}
	b = binary.AppendUvarint(b, p.rows)
	b = binary.AppendUvarint(b, p.unjoined)
	b = p.traffic.AppendBinary(b)
	b = binary.AppendUvarint(b, uint64(len(p.labels)))
	for _, step := range p.steps() {
		b = binary.AppendVarint(b, step)
		b = p.labels[step].tally.AppendBinary(b)
		b = p.labels[step].delays.AppendBinary(b)
	}
	return b
}

// Restore replaces all windows by what AppendBinary wrote. Models of another shape (windows, segments or rules' horizons
// were changed) and versions of another baseline begin anew; lost names them.
func (w *Windows) Restore(b []byte) (lost []string, err error) {
	fresh := New(w.options, w.marks, w.join)
	r := profile.NewReader(b)
	models := r.Len(2)
	if models != len(fresh.models) && r.Err() == nil {
		return nil, fmt.Errorf("state of %d models, the configuration has %d", models, len(fresh.models))
	}
	for i := range fresh.counts {
		fresh.counts[i].read(r)
	}
	for i := range models {
		name := r.String()
		if r.Err() != nil {
			return nil, r.Err()
		}
		if i >= len(fresh.models) || fresh.models[i].options.Name != name {
			return nil, fmt.Errorf("state of model %q, which the configuration no longer has in that place", name)
		}
		m := fresh.models[i]
		shape := m.appendShape(nil)
		if !bytes.HasPrefix(r.Rest(), shape) {
			return nil, fmt.Errorf("state of model %q was made with other windows, segments or rules", name)
		}
		r.Skip(len(shape))
		m.readSegments(r)
		for range r.Len(3) {
			if err := fresh.readVersion(r, m, &lost); err != nil {
				return nil, err
			}
		}
	}
	if r.Err() != nil {
		return nil, r.Err()
	}
	*w = *fresh
	return lost, nil
}

func (w *Windows) modelNamed(name string) *model {
	for _, m := range w.models {
		if m.options.Name == name {
			return m
		}
	}
	return nil
}

func (w *Windows) readVersion(r *profile.Reader, m *model, lost *[]string) error {
	name := r.String()
	if _, twice := m.byName[name]; twice || r.Err() != nil || len(m.versions) > mostVersions {
		return errDamaged
	}
	v := w.newVersion(m, name)
	m.register(v)
	v.newest = profile.Instant(r.Varint())
	id := r.String()
	if id != "" { // a first baseline is Rearm's to find
		w.look(m, v)
	}
	same := id == v.baselineID
	if !same {
		*lost = append(*lost, m.options.Name+" "+v.name)
	}
	for range r.Len(1) {
		size := r.Len(1)
		if r.Err() != nil {
			return r.Err()
		}
		state := profile.NewReader(r.Rest()[:size])
		r.Skip(size)
		if !same {
			continue
		}
		if err := v.readSeries(state, m); err != nil {
			return err
		}
	}
	return r.Err()
}

func (v *version) readSeries(r *profile.Reader, m *model) error {
	id := seriesKey{spec: r.Byte(), segment: int8(r.Byte())} // #nosec G115 -- written so
	begun := r.Byte() != 0
	id.value = uint16(r.Uvarint()) // #nosec G115 -- as above
	if int(id.spec) >= len(m.options.Specs) || int(id.segment) >= len(m.slicers) || id.segment < whole {
		return errDamaged
	}
	s := v.whole[id.spec]
	if id.segment != whole {
		s = v.segment(m, id)
	}
	s.begun, s.next, s.last, s.gap, s.lacking, s.settled = begun, r.Varint(), r.Varint(), int(r.Varint()), r.Varint(), r.Varint()
	for h := range s.judged {
		s.judged[h], s.coverage[h] = r.Varint(), r.Floats()
	}
	if err := s.horizon.read(r); err != nil {
		return err
	}
	s.life.read(r)
	for range r.Len(4) {
		s.windows = append(s.windows, readWindow(r))
		s.held += len(s.windows[len(s.windows)-1].drift)
	}
	return s.readPanes(r, v)
}

// readPanes reads the panes, each of which has a window; those that are not settled have a set.
func (s *series) readPanes(r *profile.Reader, v *version) error {
	ascending := slices.IsSortedFunc(s.windows, func(a, b *window) int {
		return cmp.Or(cmp.Compare(a.index, b.index), 1) // none twice
	})
	if !ascending && len(s.windows) > 1 {
		return errDamaged
	}
	for range r.Len(4) {
		index := r.Varint()
		p, err := readPane(r, v)
		if err != nil {
			return err
		}
		if _, found := s.find(index); !found || s.id.segment == whole && (p.set == nil) != (index < s.settled) {
			return errDamaged
		}
		s.panes[index] = p
	}
	return r.Err()
}

func (h *horizon) read(r *profile.Reader) (err error) {
	if h.delays, err = performance.ReadDelays(r); err != nil {
		return err
	}
	h.learned, h.matured = profile.Instant(r.Varint()), r.Varint()
	for range r.Len(2) {
		step := r.Varint()
		delays, err := performance.ReadDelays(r)
		if err != nil {
			return err
		}
		h.recent[step] = &delays
	}
	return nil
}

func (l *life) read(r *profile.Reader) {
	l.superseded, l.began, l.back = r.Byte() != 0, profile.Instant(r.Varint()), r.Varint()
	for range r.Len(2) {
		l.turns = append(l.turns, turn{at: profile.Instant(r.Varint()), successor: r.String()})
	}
}

func readWindow(r *profile.Reader) *window {
	w := &window{index: r.Varint(), closed: r.Byte() != 0, matures: profile.Instant(r.Varint())}
	for range r.Len(12) {
		w.drift = append(w.drift, detectors.ReadMeasurement(r))
	}
	return w
}

func readPane(r *profile.Reader, v *version) (*pane, error) {
	p := &pane{labels: map[int64]*arrivals{}}
	holds := r.Byte()
	p.spoken = r.Byte() != 0
	var err error
	switch {
	case holds == rowsOnly:
		p.set, err = profile.ReadSet(r, nil)
	case holds == columns && v.layout != nil:
		p.set, err = profile.ReadSet(r, v.layout)
	case holds != noSet:
		err = errDamaged
	}
	if err != nil {
		return nil, err
	}
	p.rows, p.unjoined = r.Uvarint(), r.Uvarint()
	if p.traffic, err = performance.ReadTraffic(r); err != nil {
		return nil, err
	}
	for range r.Len(3) {
		step := r.Varint()
		a := &arrivals{}
		if v.schema == nil {
			return nil, errDamaged
		}
		if a.tally, err = performance.Read(r, v.schema); err != nil {
			return nil, err
		}
		if a.delays, err = performance.ReadDelays(r); err != nil {
			return nil, err
		}
		p.labels[step] = a
	}
	return p, r.Err()
}

// What a pane's state holds of its set.
const (
	noSet    = iota // settled, or of a segment
	rowsOnly        // begun before the version had a baseline
	columns
)

func (p *pane) holds() byte {
	switch {
	case p.set == nil:
		return noSet
	case p.set.Layout == nil:
		return rowsOnly
	}
	return columns
}

func flag(set bool) byte {
	if set {
		return 1
	}
	return 0
}
