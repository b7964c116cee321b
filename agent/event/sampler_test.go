package event

import (
	"strings"
	"testing"
)

func TestSamplerKeepsTheNewestOfEachReason(t *testing.T) {
	s := NewSampler(2)
	for i, value := range []string{"a", "b", "c"} {
		rec := on("predictions", value)
		rec.Offset = int64(i)
		s.Keep(BadJSON, rec)
		rec.Value[0] = 'x' // the sampler has its own copy
	}
	s.Keep(TooLarge, on("labels", strings.Repeat("y", 1000)))
	s.Keep(Accepted, on("labels", "good"))
	var got []string
	for _, sample := range s.Samples() {
		got = append(got, sample.Reason.String()+" "+string(sample.Value))
	}
	if want := "too_large " + strings.Repeat("y", 200) + "|bad_json b|bad_json c"; strings.Join(got, "|") != want {
		t.Errorf("got %q", got)
	}
	if last := s.Samples()[0]; last.Size != 1000 || last.Partition.Topic != "labels" || !last.Time.Equal(recordTime) {
		t.Errorf("%+v", last)
	}
	rec := on("predictions", "z")
	if n := testing.AllocsPerRun(100, func() { s.Keep(BadJSON, rec) }); n != 0 {
		t.Errorf("%v allocations for a refusal", n)
	}
	NewSampler(0).Keep(BadJSON, rec)
}

func TestReasonsAreDistinct(t *testing.T) {
	seen := map[string]bool{}
	for _, r := range Reasons() {
		name := r.String()
		if seen[name] || name == "unknown" || name == Accepted.String() || strings.ToLower(name) != name {
			t.Errorf("reason %d is called %q", r, name)
		}
		seen[name] = true
	}
	if reasonCount.String() != "unknown" {
		t.Error("a reason beyond the last has a name")
	}
}

func TestDictionary(t *testing.T) {
	var d Dictionary
	if d.find([]byte("a"), -1) != -1 || d.Len() != 0 {
		t.Error("the empty dictionary knows a name")
	}
	for i, name := range []string{"a", "b", "", "c"} {
		if got := d.Add(name); got != i || d.Add(name) != i || d.Name(i) != name || d.Len() != i+1 {
			t.Errorf("Add(%q) = %d", name, got)
		}
	}
	for range 2 { // the second time the order has been learned
		previous := -1
		for _, name := range []string{"c", "a", "x", "b", "", "c"} {
			got := d.find([]byte(name), previous)
			if want, known := d.index[name]; known && got != want || !known && got != -1 {
				t.Errorf("find(%q) = %d", name, got)
			}
			if got >= 0 {
				previous = got
			}
		}
	}
}
