package detectors

import (
	"reflect"
	"testing"

	"pgregory.net/rapid"

	"github.com/anchorwatch/anchorwatch/detectors/profile"
)

// A measurement comes back from its bytes as it was, whichever of its parts it has.
func TestMeasurementSurvivesCodec(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		name := rapid.StringN(0, 8, 16)
		want := Measurement{
			Name: name.Draw(t, "name"), Column: name.Draw(t, "column"), Class: name.Draw(t, "class"), Status: Status(name.Draw(t, "status")),
			Value: rapid.Float64().Draw(t, "value"), N: rapid.Uint64().Draw(t, "n"), M: rapid.Uint64().Draw(t, "m"),
		}
		for _, part := range want.optional() {
			if rapid.Bool().Draw(t, "present") {
				*part = new(rapid.Float64().Draw(t, "part"))
			}
		}
		if rapid.Bool().Draw(t, "judged") {
			want.Drifted = new(rapid.Bool().Draw(t, "drifted"))
		}
		r := profile.NewReader(want.AppendBinary(nil))
		if got := ReadMeasurement(r); !reflect.DeepEqual(got, want) || r.Err() != nil {
			t.Fatalf("got %+v, want %+v (%v)", got, want, r.Err())
		}
	})
}

// Every pointer of a measurement but Drifted is among the optional parts: a new one must not be lost in checkpoints.
func TestOptionalPartsAreComplete(t *testing.T) {
	pointers := 0
	for field := range reflect.TypeFor[Measurement]().Fields() {
		if field.Type == reflect.TypeFor[*float64]() {
			pointers++
		}
	}
	if got := len(new(Measurement).optional()); got != pointers {
		t.Errorf("%d optional parts, want %d", got, pointers)
	}
}
