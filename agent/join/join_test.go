package join

import (
	"fmt"
	"math"
	"slices"
	"testing"
	"time"
	"unsafe"

	"github.com/anchorwatch/anchorwatch/agent/event"
	"github.com/anchorwatch/anchorwatch/detectors/performance"
	"github.com/anchorwatch/anchorwatch/detectors/profile"
)

const (
	hour     = time.Hour
	day      = 24 * hour
	maxDelay = 10 * hour
	lateness = 10 * time.Minute
)

// at is a moment, in hours since the beginning of the tests.
func at(hours float64) profile.Instant { return profile.Instant(hours * float64(hour.Milliseconds())) }

func newJoin(bytes int) *Join {
	return New(Options{MaxBytes: bytes, MaxDelay: func(int) time.Duration { return maxDelay }, Lateness: lateness, Pane: hour})
}

func answered(time profile.Instant, model, version int) Answer {
	return Answer{Time: time, Model: model, Version: version, Windows: 1, Outcome: performance.Outcome{Predicted: 1}}
}

// saying is a label that was known when it was stamped.
func saying(class string, stamp profile.Instant) Truth {
	return Truth{Time: stamp, Stamp: stamp, Number: math.NaN(), Class: []byte(class)}
}

// act is one event, as written in a table, and what must come of it.
type act struct {
	id      string
	answer  *Answer // else a label
	model   int
	truth   Truth
	mark    profile.Instant
	verdict Verdict
	met     []string // "model/version class" of the pairs that it made
}

func predict(id string, a Answer, v Verdict, met ...string) act {
	return act{id: id, answer: &a, mark: a.Time, verdict: v, met: met}
}

func label(id string, model int, t Truth, v Verdict, met ...string) act {
	return act{id: id, model: model, truth: t, mark: t.Stamp, verdict: v, met: met}
}

// behind sets the watermark of the event's partition.
func (a act) behind(mark profile.Instant) act { a.mark = mark; return a }

func perform(j *Join, a act) (Verdict, []string) {
	var met []string
	pair := func(b Answer, t Truth) { met = append(met, fmt.Sprintf("%d/%d %s", b.Model, b.Version, t.Class)) }
	if a.answer != nil {
		v, truth, labeled := j.Prediction([]byte(a.id), *a.answer, a.mark)
		if labeled {
			pair(*a.answer, truth)
		}
		return v, met
	}
	v := j.Label([]byte(a.id), a.model, a.truth, a.mark, func(b Answer) { pair(b, a.truth) })
	slices.Sort(met)
	return v, met
}

func TestVerdicts(t *testing.T) {
	up, down := saying("up", at(1)), saying("down", at(2))
	tests := []struct {
		name string
		acts []act
	}{
		{"a label after its prediction", []act{
			predict("a", answered(at(0), 0, 0), Admitted), label("a", 0, up, Admitted, "0/0 up"),
		}},
		{"a label before its prediction", []act{
			label("a", 0, up, Early), predict("a", answered(at(1), 0, 0), Admitted, "0/0 up"),
		}},
		{"the second prediction and the second label change nothing", []act{
			predict("a", answered(at(0), 0, 0), Admitted), predict("a", answered(at(0.5), 0, 0), Duplicate),
			label("a", 0, up, Admitted, "0/0 up"), label("a", 0, down, Duplicate),
		}},
		{"the second early label changes nothing", []act{
			label("a", 0, up, Early), label("a", 0, down, Duplicate), predict("a", answered(at(1), 0, 0), Admitted, "0/0 up"),
		}},
		{"a label reaches every version", []act{
			predict("a", answered(at(0), 0, 0), Admitted), predict("a", answered(at(0), 0, 1), Admitted),
			label("a", 0, up, Admitted, "0/0 up", "0/1 up"),
		}},
		{"also one that answers later", []act{
			predict("a", answered(at(0), 0, 0), Admitted), label("a", 0, up, Admitted, "0/0 up"),
			predict("a", answered(at(3), 0, 1), Admitted, "0/1 up"), label("a", 0, down, Duplicate),
		}},
		{"models do not share ids", []act{
			predict("a", answered(at(0), 0, 0), Admitted), predict("a", answered(at(0), 1, 0), Admitted),
			label("a", 1, up, Admitted, "1/0 up"), label("a", 0, down, Admitted, "0/0 down"),
		}},
		{"a label without a model reaches every model", []act{
			predict("a", answered(at(0), 0, 0), Admitted), predict("a", answered(at(0), 1, 0), Admitted),
			label("a", -1, up, Admitted, "0/0 up", "1/0 up"),
		}},
		{"also those that answer later", []act{
			label("a", -1, up, Early), predict("a", answered(at(1), 0, 0), Admitted, "0/0 up"), predict("a", answered(at(1), 1, 0), Admitted, "1/0 up"),
		}},
		{"also when one model has it already", []act{
			predict("a", answered(at(1), 0, 0), Admitted), label("a", -1, up, Admitted, "0/0 up"),
			predict("a", answered(at(1), 1, 0), Admitted, "1/0 up"),
		}},
		{"the delay is that of the two timestamps, not of arrival", []act{
			predict("a", answered(at(0), 0, 0), Admitted),
			label("a", 0, saying("up", at(10)), Admitted, "0/0 up").behind(at(10.16)),
			predict("b", answered(at(0), 0, 0), Admitted),
			label("b", 0, saying("up", at(10.001)), Late).behind(at(9)),
		}},
		{"a label far behind its own partition is late, as the entry may be gone", []act{
			predict("a", answered(at(0), 0, 0), Admitted),
			label("a", 0, up, Late).behind(at(0).Add(maxDelay + lateness)),
		}},
		{"one that is just in time is not", []act{
			predict("a", answered(at(0), 0, 0), Admitted),
			label("a", 0, up, Admitted, "0/0 up").behind(at(0).Add(maxDelay + lateness - time.Millisecond)),
		}},
		{"a label may be a day older than its prediction, no more", []act{
			label("a", 0, up, Early), predict("a", answered(at(1).Add(day), 0, 0), Admitted, "0/0 up"),
			label("b", 0, up, Early), predict("b", answered(at(1).Add(day+time.Millisecond), 0, 0), Admitted),
		}},
		{"a label that was late for one version waits for another", []act{
			predict("a", answered(at(-12), 0, 0), Admitted), label("a", 0, up, Late), predict("a", answered(at(1), 0, 1), Admitted, "0/1 up"),
		}},
		{"a prediction that comes when its labels are given up", []act{
			predict("a", answered(at(0), 0, 0), Late).behind(at(0).Add(maxDelay + lateness)),
			predict("a", answered(at(0), 0, 0), Admitted).behind(at(0).Add(maxDelay + lateness - time.Millisecond)),
		}},
		{"an id used again after it expired is another prediction", []act{
			predict("a", answered(at(0), 0, 0), Admitted), predict("a", answered(at(20), 0, 0), Admitted),
			label("a", 0, saying("up", at(21)), Admitted, "0/0 up"),
		}},
		{"of two early labels the one known first counts", []act{
			label("a", -1, down, Early), label("a", 0, up, Duplicate), predict("a", answered(at(1), 0, 0), Admitted, "0/0 down"),
		}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			j := newJoin(1 << 20)
			for i, a := range tt.acts {
				verdict, met := perform(j, a)
				if verdict != a.verdict || !slices.Equal(met, a.met) {
					t.Errorf("act %d: verdict %d, met %q; want %d, %q", i, verdict, met, a.verdict, a.met)
				}
			}
		})
	}
}

// What was counted one way must be counted the same way when the label comes first.
func TestTruthSurvivesWaiting(t *testing.T) {
	for _, want := range []Truth{
		{Class: []byte("1"), Number: 1},
		{Class: []byte("true"), Number: 1},
		{Class: []byte("007"), Number: 7},
		{Class: []byte("0.00001"), Number: 0.00001},
		{Class: []byte("9007199254740993"), Number: 9007199254740992},
		{Class: []byte("-12.5"), Number: -12.5},
		{Class: []byte("1e+300"), Number: 1e300},
		{Class: []byte("fraud"), Number: math.NaN()},
		{Class: []byte(""), Number: math.NaN()},
	} {
		want.Time, want.Stamp = at(2), at(1)
		j := newJoin(1 << 20)
		j.Label([]byte("a"), 0, want, at(1), nil)
		_, got, labeled := j.Prediction([]byte("a"), answered(at(1), 0, 0), at(1))
		if fmt.Sprint(got, labeled) != fmt.Sprint(want, true) {
			t.Errorf("got %v %v, want %v", got, labeled, want)
		}
	}
}

// Beyond the bound on label texts all further ones are one class that no model knows.
func TestTooManyLabelTexts(t *testing.T) {
	j := newJoin(1 << 30)
	for i := range maxClasses + 100 {
		j.Label(fmt.Append(nil, i), 0, saying(fmt.Sprint("text ", i), at(1)), at(1), nil)
	}
	for i, want := range map[int]string{0: "text 0", maxClasses - 2: fmt.Sprint("text ", maxClasses-2), maxClasses + 99: overflowClass} {
		if _, got, _ := j.Prediction(fmt.Append(nil, i), answered(at(1), 0, 0), at(1)); string(got.Class) != want {
			t.Errorf("label %d is %q, want %q", i, got.Class, want)
		}
	}
	if err := newJoin(1 << 30).Restore(j.AppendBinary(nil)); err != nil {
		t.Errorf("restore: %v", err)
	}
}

func TestAnswersComeBackWhole(t *testing.T) {
	j := newJoin(1 << 20)
	first := Answer{
		Time: at(-1e6), Model: 32_767, Version: 65_535, Windows: 1<<16 - 1, Segments: [MaxSegments]uint16{1, 2, 3, 65_535},
		Outcome: performance.Outcome{Predicted: performance.Unknown, HasScore: true, Score: -0.25},
	}
	second := answered(at(-1e6), 0, 1)
	second.Outcome = performance.Outcome{Predicted: 999, Value: 1e300, Probabilities: []float64{0.5, 0.25, 0.25}}
	j.Prediction([]byte("a"), first, at(-1e6))
	j.Widen(3) // as when a version with more classes appears
	j.Prediction([]byte("a"), second, at(-1e6))
	j.Widen(2)
	restored := newJoin(1 << 20)
	if err := restored.Restore(j.AppendBinary(nil)); err != nil {
		t.Fatal(err)
	}
	for _, j := range []*Join{j, restored} {
		var got []string
		j.Label([]byte("a"), -1, saying("up", at(-1e6)), at(-1e6), func(a Answer) { got = append(got, fmt.Sprintf("%+v", a)) })
		want := []string{fmt.Sprintf("%+v", first), fmt.Sprintf("%+v", second)}
		slices.Sort(got)
		slices.Sort(want)
		if !slices.Equal(got, want) {
			t.Errorf("got\n%q, want\n%q", got, want)
		}
	}
}

// A full table admits no more and never evicts; what it holds goes on, and room comes back by expiry alone.
func TestFullTableAdmitsNoMore(t *testing.T) {
	j := newJoin(firstSlots * slotBytes)
	n := 0
	for {
		if verdict, _, _ := j.Prediction(fmt.Append(nil, n), answered(at(0), 0, 0), at(0)); verdict == Full {
			break
		}
		n++
	}
	if want := firstSlots * loadNumerator / loadDenominator; n != want {
		t.Errorf("admitted %d, want %d", n, want)
	}
	if s := j.Stats(); !s.Full || s.Entries != n || s.Waiting != n || s.Bytes > firstSlots*slotBytes {
		t.Errorf("%+v", s)
	}
	if v := j.Label([]byte("nobody's"), 0, saying("up", at(1)), at(1), nil); v != Full {
		t.Errorf("an early label without room is %d, want Full", v)
	}
	if v := j.Label([]byte("0"), 0, saying("up", at(1)), at(1), func(Answer) {}); v != Admitted {
		t.Errorf("the label of a prediction that waits is %d, want Admitted", v)
	}
	if v, _, _ := j.Prediction([]byte("0"), answered(at(0), 0, 0), at(0)); v != Duplicate {
		t.Errorf("a repetition is %d, want Duplicate", v)
	}
	j.Expire(at(40), at(40), maxDelay)
	if v, _, _ := j.Prediction([]byte("new"), answered(at(40), 0, 0), at(40)); v != Admitted {
		t.Errorf("after expiry: %d, want Admitted", v)
	}
	if s := j.Stats(); s.Full || s.Entries != 1 || s.Unlabeled != uint64(n-1) {
		t.Errorf("%+v, want one entry and %d unlabelled", s, n-1)
	}
}

func TestExpiryWaitsForBothClocks(t *testing.T) {
	j := newJoin(1 << 20)
	j.Prediction([]byte("a"), answered(at(0), 0, 0), at(0))
	for _, clocks := range [][2]profile.Instant{
		{at(1000), profile.Dawn}, {at(1000), at(10)}, {at(10), at(1000)}, {profile.Dusk, profile.Dusk}, {profile.Dawn, at(1000)},
	} {
		if j.Expire(clocks[0], clocks[1], maxDelay); j.Stats().Entries != 1 {
			t.Fatalf("gone at P %v, L %v", clocks[0], clocks[1])
		}
	}
	if j.Expire(at(11), profile.Dusk, maxDelay); j.Stats().Entries != 0 {
		t.Error("still there when its time is over")
	}
}

// Labels may be awaited without end.
func TestForeverNeverExpires(t *testing.T) {
	j := New(Options{MaxBytes: 1 << 20, MaxDelay: func(int) time.Duration { return math.MaxInt64 }})
	year1 := profile.InstantOf(time.Date(1, 1, 1, 0, 0, 0, 0, time.UTC))
	for _, start := range []profile.Instant{year1, at(0), profile.InstantOf(time.Date(9999, 12, 31, 0, 0, 0, 0, time.UTC))} {
		j.Prediction([]byte("a"), answered(start, 0, 0), start)
		j.Expire(start.Add(200*365*day), start.Add(200*365*day), math.MaxInt64)
		v := j.Label([]byte("a"), 0, saying("up", start.Add(200*365*day)), start.Add(200*365*day), func(Answer) {})
		if v != Admitted {
			t.Errorf("a label 200 years after %v is %d, want Admitted", start, v)
		}
	}
}

func TestTruthOf(t *testing.T) {
	got := TruthOf(event.Truth{Present: true, Class: []byte("up"), Number: 3}, at(1), at(2))
	if want := (Truth{Time: at(2), Stamp: at(1), Number: 3, Class: []byte("up")}); fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("got %+v, want %+v", got, want)
	}
	if d := got.Delay(at(0)); d != hour {
		t.Errorf("delay %v, want 1h", d)
	}
	if d := got.Delay(at(5)); d != 0 {
		t.Errorf("delay of a label older than its prediction is %v, want 0", d)
	}
}

func TestSlotBytes(t *testing.T) {
	if size := unsafe.Sizeof(slot{}); size != slotBytes {
		t.Errorf("a slot takes %d bytes, the bound counts %d", size, slotBytes)
	}
}
