package window

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/anchorwatch/anchorwatch/agent/event"
	"github.com/anchorwatch/anchorwatch/agent/join"
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
	b = w.Counts.append(b)
	b = binary.AppendUvarint(b, uint64(len(w.models)))
	for _, m := range w.models {
		b = profile.AppendString(b, m.options.Name)
		b = m.appendShape(b)
		b = binary.AppendUvarint(b, uint64(len(m.versions)))
		for _, v := range m.versions {
			b = v.append(b)
		}
	}
	return b
}

// appendShape appends what numbers in the state stand for: a state is only good for the same shape.
func (m *model) appendShape(b []byte) []byte {
	b = binary.AppendUvarint(b, uint64(len(m.options.Specs)))
	for _, s := range m.options.Specs {
		b = profile.AppendString(b, fmt.Sprint(s))
	}
	b = binary.AppendUvarint(b, uint64(len(m.slicers)))
	for _, s := range m.slicers {
		b = profile.AppendString(b, fmt.Sprint(s.name, s.values))
	}
	return binary.AppendUvarint(b, uint64(len(m.options.Horizons)))
}

func (c *Counts) append(b []byte) []byte {
	for _, n := range []uint64{c.Future, c.Refused, c.Late, c.TooLate, c.Duplicates, c.Unjoined, c.Unscorable} {
		b = binary.AppendUvarint(b, n)
	}
	for v := range join.Retracted + 1 {
		b = binary.AppendUvarint(b, c.Labels[v])
	}
	return b
}

func (c *Counts) read(r *profile.Reader) {
	for _, n := range []*uint64{&c.Future, &c.Refused, &c.Late, &c.TooLate, &c.Duplicates, &c.Unjoined, &c.Unscorable} {
		*n = r.Uvarint()
	}
	for v := range join.Retracted + 1 {
		c.Labels[v] = r.Uvarint()
	}
}

func (v *version) append(b []byte) []byte {
	b = profile.AppendString(b, v.name)
	b = binary.AppendVarint(b, int64(v.speaking))
	b = binary.AppendVarint(b, int64(v.newest))
	for _, s := range v.superseded {
		b = append(b, flag(s))
	}
	b = profile.AppendString(b, v.baselineID())
	b = binary.AppendUvarint(b, uint64(len(v.series)))
	for _, s := range v.ordered() {
		// The length in front lets a reader without this baseline skip what it cannot read.
		state := s.append(nil)
		b = binary.AppendUvarint(b, uint64(len(state)))
		b = append(b, state...)
	}
	return b
}

func (v *version) baselineID() string {
	if v.baseline == nil {
		return ""
	}
	return v.baseline.ID()
}

func (s *series) append(b []byte) []byte {
	b = append(b, s.id.spec, byte(s.id.segment))
	b = binary.AppendUvarint(b, uint64(s.id.value))
	b = append(b, flag(s.begun))
	for _, n := range []int64{s.next, s.retired, int64(s.gap), int64(s.silentFrom)} {
		b = binary.AppendVarint(b, n)
	}
	b = profile.AppendString(b, s.successor)
	b = s.past.AppendBinary(b)
	for _, seen := range s.coverage {
		b = profile.AppendFloats(b, seen)
	}
	b = binary.AppendUvarint(b, uint64(len(s.windows)))
	for _, w := range s.windows {
		b = w.append(b)
	}
	b = binary.AppendUvarint(b, uint64(len(s.panes)))
	indexes := make([]int64, 0, len(s.panes))
	for index := range s.panes {
		indexes = append(indexes, index)
	}
	slices.Sort(indexes)
	for _, index := range indexes {
		b = binary.AppendVarint(b, index)
		b = s.panes[index].append(b)
	}
	return b
}

func (w *window) append(b []byte) []byte {
	b = binary.AppendVarint(b, w.index)
	b = binary.AppendUvarint(b, uint64(w.revision))
	b = append(b, flag(w.closed), flag(w.drifted))
	for _, judged := range w.judged {
		b = append(b, flag(judged))
	}
	b = binary.AppendUvarint(b, uint64(len(w.drift)))
	for i := range w.drift {
		b = w.drift[i].AppendBinary(b)
	}
	return b
}

func (p *pane) append(b []byte) []byte {
	b = append(b, flag(p.set != nil), flag(p.incomplete))
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
	fresh.Counts.read(r)
	for range r.Len(2) {
		name := r.String()
		m := fresh.modelNamed(name)
		if m == nil {
			return nil, fmt.Errorf("state of model %q, which the configuration no longer has", name)
		}
		shape := m.appendShape(nil)
		if !bytes.HasPrefix(r.Rest(), shape) {
			return nil, fmt.Errorf("state of model %q was made with other windows, segments or rules", name)
		}
		r.Skip(len(shape))
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
	v := w.newVersion(m, r.String())
	v.speaking, v.newest = profile.Instant(r.Varint()), profile.Instant(r.Varint())
	for i := range v.superseded {
		v.superseded[i] = r.Byte() != 0
	}
	same := r.String() == v.baselineID()
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
		if err := w.readSeries(state, m, v); err != nil {
			return err
		}
	}
	m.byName[v.name] = len(m.versions)
	m.versions = append(m.versions, v)
	return r.Err()
}

func (w *Windows) readSeries(r *profile.Reader, m *model, v *version) error {
	id := seriesKey{spec: r.Byte(), segment: int8(r.Byte()), value: uint16(r.Uvarint())}
	if int(id.spec) >= len(m.options.Specs) || int(id.segment) >= len(m.slicers) || id.segment < whole {
		return errDamaged
	}
	s := w.series(m, v, id)
	s.begun = r.Byte() != 0
	s.next, s.retired = r.Varint(), r.Varint()
	s.gap, s.silentFrom, s.successor = int(r.Varint()), profile.Instant(r.Varint()), r.String()
	var err error
	if s.past, err = performance.ReadDelays(r); err != nil {
		return err
	}
	for h := range s.coverage {
		s.coverage[h] = r.Floats()
	}
	for range r.Len(4) {
		s.windows = append(s.windows, readWindow(r, len(s.coverage)))
		s.held += len(s.windows[len(s.windows)-1].drift)
	}
	for range r.Len(4) {
		index := r.Varint()
		if s.panes[index], err = readPane(r, v); err != nil {
			return err
		}
	}
	return r.Err()
}

func readWindow(r *profile.Reader, horizons int) *window {
	w := &window{index: r.Varint(), revision: int(r.Uvarint()), closed: r.Byte() != 0, drifted: r.Byte() != 0}
	for range horizons {
		w.judged = append(w.judged, r.Byte() != 0)
	}
	for range r.Len(12) {
		w.drift = append(w.drift, detectors.ReadMeasurement(r))
	}
	return w
}

func readPane(r *profile.Reader, v *version) (*pane, error) {
	p := newPane(nil)
	hasSet := r.Byte() != 0
	p.incomplete = r.Byte() != 0
	var err error
	if hasSet {
		if p.set, err = profile.ReadSet(r, v.layout); err != nil {
			return nil, err
		}
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

func flag(set bool) byte {
	if set {
		return 1
	}
	return 0
}
