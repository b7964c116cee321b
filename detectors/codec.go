package detectors

import (
	"encoding/binary"

	"github.com/anchorwatch/anchorwatch/detectors/profile"
)

// optional lists the parts of a measurement that may be absent, in the order of their bits.
func (m *Measurement) optional() []**float64 {
	return []**float64{
		&m.PValue, &m.Lower, &m.Upper, &m.CertifiedLower, &m.CertifiedUpper, &m.NEff, &m.Baseline, &m.BaselineNEff, &m.Threshold,
		&m.EffectSize, &m.DetectableShift,
	}
}

// AppendBinary appends the measurement, as checkpoints keep it.
func (m *Measurement) AppendBinary(b []byte) []byte {
	for _, s := range []string{m.Name, m.Column, m.Class, string(m.Status)} {
		b = profile.AppendString(b, s)
	}
	b = profile.AppendFloat(b, m.Value)
	b = binary.AppendUvarint(b, m.N)
	b = binary.AppendUvarint(b, m.M)
	drifted := uint64(0)
	if m.Drifted != nil {
		drifted = 1
		if *m.Drifted {
			drifted = 2
		}
	}
	present := drifted
	for i, p := range m.optional() {
		if *p != nil {
			present |= 4 << i
		}
	}
	b = binary.AppendUvarint(b, present)
	for _, p := range m.optional() {
		if *p != nil {
			b = profile.AppendFloat(b, **p)
		}
	}
	return b
}

// ReadMeasurement reads what AppendBinary wrote.
func ReadMeasurement(r *profile.Reader) Measurement {
	m := Measurement{Name: r.String(), Column: r.String(), Class: r.String(), Status: Status(r.String())}
	m.Value, m.N, m.M = r.Float(), r.Uvarint(), r.Uvarint()
	present := r.Uvarint()
	if present&3 != 0 {
		drifted := present&3 == 2
		m.Drifted = &drifted
	}
	for i, p := range m.optional() {
		if present&(4<<i) != 0 {
			x := r.Float()
			*p = &x
		}
	}
	return m
}
