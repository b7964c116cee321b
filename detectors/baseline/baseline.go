package baseline

import (
	"crypto/sha256"
	"encoding/hex"
	"time"

	"github.com/anchorwatch/anchorwatch/detectors"
	"github.com/anchorwatch/anchorwatch/detectors/performance"
	"github.com/anchorwatch/anchorwatch/detectors/profile"
)

// Baseline is the reference that windows of one model version are compared with.
type Baseline struct {
	Model   string
	Version string
	// Created is when it was built, as its maker said; it is no part of the content.
	Created time.Time
	// Source says what it was built from, such as a file's name.
	Source string

	// Set profiles all columns. Its key spans the rows' time: from the first row's to just after the last one's, both 0
	// for rows without time.
	Set *profile.Set
	// Schema says what the model answers; nil if the rows had no answers.
	Schema *performance.Schema
	// Performance over all rows with a label; nil without labels or answers.
	Performance *performance.Tally
	// DesignEffect divides the number of rows in every judgement of performance (performance.DesignEffect).
	DesignEffect        float64
	DesignEffectAssumed bool
	Traffic             performance.Traffic
	// Delays of the labels; empty if the rows did not say when theirs came.
	Delays performance.Delays

	// WindowSize is the length of Windows; 0 if there are none.
	WindowSize time.Duration
	// Windows are the baseline's own tumbling windows in order of time, those without rows left out.
	Windows []WindowFigures
	// Notes say in a sentence each what was guessed.
	Notes []string
}

// WindowFigures are the measurements of one of the baseline's own windows: its columns against all other rows of the
// baseline, and its performance.
type WindowFigures struct {
	Start        profile.Instant         `json:"start"`
	End          profile.Instant         `json:"end"`
	Rows         uint64                  `json:"rows"`
	Labeled      uint64                  `json:"labeled"`
	Measurements []detectors.Measurement `json:"measurements"`
}

// Yardstick returns the largest value of a column's measure among the baseline's own windows, either way where the
// measure has a sign (Measurement.Distance): what seasons and chance alone have brought about. It is false if no window
// has a trustworthy one.
func (b *Baseline) Yardstick(column, measure string) (largest float64, ok bool) {
	for _, w := range b.Windows {
		for _, m := range w.Measurements {
			if m.Column != column || m.Name != measure || m.Class != "" || m.Status != detectors.OK {
				continue
			}
			if far := m.Distance(); !ok || far > largest {
				largest, ok = far, true
			}
		}
	}
	return largest, ok
}

// ID returns twelve hexadecimal digits that tell baselines of different content apart; when it was created does not
// count. It is empty for a baseline that Write would refuse.
func (b *Baseline) ID() string {
	timeless := *b
	timeless.Created = time.Time{}
	encoded, err := encode(&timeless)
	if err != nil {
		return ""
	}
	digest := sha256.Sum256(encoded)
	return hex.EncodeToString(digest[:6])
}
