package sequential

import (
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "rewrite the table of docs/detectors.md")

func newDraws() *rand.Rand { return rand.New(rand.NewPCG(42, 1)) }

// Cost of one value, on errors at a rate of 0.2.
func BenchmarkObserve(b *testing.B) {
	values := make([]float64, 1<<14)
	r := newDraws()
	for i := range values {
		values[i] = errorsAt(0.2)(r)
	}
	for _, m := range Methods() {
		b.Run(m.Name, func(b *testing.B) {
			w := newWatcher(b, m.Name, nil)
			for _, x := range values {
				w.Observe(x)
			}
			b.ReportAllocs()
			i := 0
			for b.Loop() {
				w.Observe(values[i])
				i = (i + 1) % len(values)
			}
		})
	}
}

// An update allocates nothing once the detector has what it keeps; a reset may.
func TestObserveAllocates(t *testing.T) {
	for _, m := range Methods() {
		w, r := newWatcher(t, m.Name, nil), newDraws()
		for range 5000 {
			w.Observe(errorsAt(0.2)(r))
		}
		if n := testing.AllocsPerRun(200, func() { w.Observe(0) }); n > 0 {
			t.Errorf("%s: %v allocations an update", m.Name, n)
		}
	}
}

// The state does not grow with the stream: adwin has the most to keep.
func TestMemoryIsBounded(t *testing.T) {
	w := newWatcher(t, "adwin", nil)
	for range 300_000 {
		w.Observe(0.5)
	}
	buckets := 0
	for _, row := range w.detector.(*adwin).rows {
		buckets += len(row.totals)
	}
	if buckets > 100 {
		t.Errorf("%d buckets after 300,000 values, want 100 at most", buckets)
	}
}

// The table of docs/detectors.md: false alarms where nothing changes, and the delay where something does.
//
//	go test ./detectors/sequential -run TestTable -update
func TestTable(t *testing.T) {
	if !*update {
		t.Skip("half a minute: .ci/generate runs it and wants no difference")
	}
	const page, begin, end = "../../docs/detectors.md", "<!-- table of TestTable -->\n", "<!-- end -->\n"
	old, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	head, rest, ok := strings.Cut(string(old), begin)
	_, tail, closed := strings.Cut(rest, end)
	if !ok || !closed {
		t.Fatal("docs/detectors.md has no place for the table")
	}
	if err := os.WriteFile(page, []byte(head+begin+table(t)+end+tail), 0o600); err != nil {
		t.Fatal(err)
	}
}

func table(t *testing.T) string {
	t.Helper()
	var b strings.Builder
	b.WriteString("| detector | false alarms in 240,000 errors at 0.2 | in U(0, 1) | in N(0, 1) | delay at 0.2 → 0.3 | at 0.2 → 0.5 | at N(0, 1) → N(1, 1) | → N(0, 2) |\n|---|--:|--:|--:|--:|--:|--:|--:|\n")
	row := func(name string, cells ...string) { fmt.Fprintf(&b, "| %s | %s |\n", name, strings.Join(cells, " | ")) }
	for _, m := range Methods() {
		successes := m.Name == "fhddm" // which alarms when a mean falls
		bits := func(p float64) draw {
			if successes {
				p = 1 - p
			}
			return errorsAt(p)
		}
		numbers := m.Watches == anyNumbers || m.Name == "ewma"
		var wide map[string]any // numbers outside [0, 1]
		if m.Name == "ewma" {
			wide = map[string]any{"control_limit": 5}
		}
		cells := []string{alarmCount(t, m.Name, nil, bits(0.2)), "", "", delayed(t, m.Name, nil, 3000, bits(0.2), bits(0.3)), delayed(t, m.Name, nil, 3000, bits(0.2), bits(0.5)), "", ""}
		if numbers || m.Watches == unitRange || m.Name == "e_mean" {
			cells[1] = alarmCount(t, m.Name, wide, uniform)
		}
		if numbers {
			cells[2] = alarmCount(t, m.Name, wide, normal(0, 1))
			cells[5] = delayed(t, m.Name, wide, 3000, normal(0, 1), normal(1, 1))
			cells[6] = delayed(t, m.Name, wide, 3000, normal(0, 1), normal(0, 2))
		}
		row("`"+m.Name+"`", cells...)
	}
	row("an alarm at every value", "240,000", "240,000", "240,000", "1", "1", "1", "1")
	return b.String()
}

// What docs/detectors.md says of e-detectors with a better reference.
func TestBetterReference(t *testing.T) {
	page, err := os.ReadFile("../../docs/detectors.md")
	if err != nil {
		t.Fatal(err)
	}
	given := delayed(t, "e_mean", map[string]any{"mean": 0.2}, 3000, errorsAt(0.2), errorsAt(0.3))
	long := delayed(t, "e_bins", map[string]any{"reference": 5000}, 7000, normal(0, 1), normal(1, 1))
	for _, claim := range []string{"`e_mean` needs " + given + " values", "`e_bins` " + long + " for N(0, 1)"} {
		if !strings.Contains(string(page), claim) {
			t.Errorf("docs/detectors.md does not say %q", claim)
		}
	}
}

func alarmCount(t *testing.T, name string, params map[string]any, next draw) string {
	t.Helper()
	alarms, _ := falseAlarms(t, name, params, 12, 20_000, next)
	return thousands(alarms)
}

// delayed returns the median delay.
func delayed(t *testing.T, name string, params map[string]any, before int, old, changed draw) string {
	t.Helper()
	found := delays(t, name, params, before, old, changed)
	if found[50] == 20_000 {
		return "none"
	}
	return thousands(found[50])
}

func thousands(n int) string {
	if n < 1000 {
		return fmt.Sprint(n)
	}
	return fmt.Sprintf("%d,%03d", n/1000, n%1000)
}
