package window

import (
	"runtime"
	"strings"
	"testing"

	"github.com/anchorwatch/anchorwatch/agent/event"
	"github.com/anchorwatch/anchorwatch/detectors/baseline"
	"github.com/anchorwatch/anchorwatch/detectors/profile"
)

// busy is a rig with a bit of everything in its state.
func busy(tb failer) *rig {
	m := hourly()
	m.Specs = append(m.Specs, Spec{Name: "2h", Size: 2 * hour, Slide: hour})
	m.Horizons = []Horizon{waiting(0, 1, 0), {MinSamples: 2}}
	m.Segments = []SegmentSpec{{Name: "country"}}
	r := newRig(tb, m)
	r.feed(predictions, prediction(0.1).named("a"), prediction(1.2).of("2").labeled(), prediction(2.5).of("2"), prediction(3.1).of("bare"))
	r.feed(labels, labelOf("a", 2.2, "up"), labelOf("nobody's", 3, "up"))
	return r
}

func TestRestoreRefuses(t *testing.T) {
	state := busy(t).windows.AppendBinary(nil)
	for _, tt := range []struct {
		name   string
		change func(*rig)
		want   string
	}{
		{"another model", func(r *rig) { r.options.Models[0].Name = "else" }, "no longer has in that place"},
		{"one model more", func(r *rig) {
			other := hourly()
			other.Name = "first"
			r.options.Models = append([]Model{other}, r.options.Models...)
		}, "state of 1 models, the configuration has 2"},
		{"another window", func(r *rig) { r.options.Models[0].Specs[0].Size = 2 * hour }, "other windows"},
		{"another segment", func(r *rig) { r.options.Models[0].Segments[0].Values = []string{"DE"} }, "other windows, segments"},
		{"another rule", func(r *rig) { r.options.Models[0].Horizons = nil }, "or rules"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := busy(t)
			tt.change(r)
			r.begin()
			if _, err := r.windows.Restore(state); err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("%v, want …%s…", err, tt.want)
			}
		})
	}
}

// A version whose baseline has changed begins anew; the others go on.
func TestRestoreWithAnotherBaseline(t *testing.T) {
	r := busy(t)
	state := r.windows.AppendBinary(nil)
	r.options.Models[0].Baseline = func(version string) (*baseline.Baseline, error) {
		if version == "1" {
			return buildReference(1, 0), nil
		}
		return reference(), nil
	}
	r.options.Dictionary = &event.Dictionary{}
	r.begin()
	lost, err := r.windows.Restore(state)
	if err != nil || strings.Join(lost, ", ") != "m 1" {
		t.Fatalf("lost %q, %v", lost, err)
	}
	versions := r.windows.models[0].versions
	if len(versions[0].whole[0].windows) > 0 || len(versions[1].whole[0].windows) == 0 {
		t.Error("the wrong version began anew")
	}
}

func FuzzRestore(f *testing.F) {
	r := busy(f)
	f.Add(r.windows.AppendBinary(nil))
	r.to(at(20), at(20))
	f.Add(r.windows.AppendBinary(nil))
	f.Fuzz(func(t *testing.T, b []byte) {
		r := busy(t)
		r.begin()
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		_, err := r.windows.Restore(b)
		runtime.ReadMemStats(&after)
		// A pane without values takes some 10 KB for some 100 bytes of state.
		if spent := after.TotalAlloc - before.TotalAlloc; spent > 1<<24+300*uint64(len(b)) {
			t.Errorf("%d bytes of state took %d of memory", len(b), spent)
		}
		if err != nil {
			return
		}
		r.windows.Open()
		r.windows.AppendBinary(nil)
		r.windows.MarkIncomplete()
		r.windows.Versions()
	})
}

// Times at the ends of the calendar stay in their windows.
func TestFarTimes(t *testing.T) {
	for _, moment := range []string{"0001-01-01T00:00:00Z", "1969-12-31T23:59:59.999Z", "9999-12-31T23:59:59.999Z"} {
		var i profile.Instant
		if err := i.UnmarshalText([]byte(moment)); err != nil {
			t.Fatal(err)
		}
		s := newSeries(seriesKey{segment: whole}, profile.Key{}, Spec{Size: 3 * hour, Slide: hour}, 0)
		s.pane(i, nil)
		for _, w := range s.windows {
			if i < s.start(w.index) || i >= s.end(w.index) || s.end(w.index).Sub(s.start(w.index)) != 3*hour {
				t.Errorf("%v is in [%v, %v)", i, s.start(w.index), s.end(w.index))
			}
		}
		if len(s.windows) != 3 || s.end(s.windows[0].index).Add(forever) < s.end(s.windows[0].index) {
			t.Errorf("%v: %d windows", i, len(s.windows))
		}
	}
}
