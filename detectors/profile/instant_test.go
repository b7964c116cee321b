package profile

import (
	"testing"
	"time"

	"pgregory.net/rapid"
)

func TestFloorBefore1970(t *testing.T) {
	for _, c := range []struct{ at, floor Instant }{{0, 0}, {1, 0}, {-1, -1000}, {-1000, -1000}, {-1001, -2000}, {1999, 1000}} {
		if got := c.at.Floor(time.Second); got != c.floor {
			t.Errorf("floor of %d is %d, want %d", c.at, got, c.floor)
		}
	}
}

func TestInstantsSaturate(t *testing.T) {
	far := time.Duration(1<<63 - 1)
	if got := (Dusk - 1).Add(time.Hour); got != Dusk {
		t.Errorf("got %d", got)
	}
	if got := (Dawn + 1).Add(-time.Hour); got != Dawn {
		t.Errorf("got %d", got)
	}
	if got := Dusk.Add(-time.Hour); got != Dusk {
		t.Errorf("dusk moved to %d", got)
	}
	if got := Dusk.Sub(Dawn); got != far {
		t.Errorf("got %d", got)
	}
	if got := Dawn.Sub(Dusk); got != -far-1 {
		t.Errorf("got %d", got)
	}
}

func TestInstantTextComesBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		at := Instant(rapid.Int64Range(-62135596800000, 253402300799999).Draw(t, "ms"))
		at = rapid.SampledFrom([]Instant{at, Dawn, Dusk}).Draw(t, "instant")
		text, err := at.MarshalText()
		if err != nil {
			t.Fatal(err)
		}
		var back Instant
		if err := back.UnmarshalText(text); err != nil || back != at {
			t.Fatalf("%s comes back as %s, error %v", at, back, err)
		}
	})
}
