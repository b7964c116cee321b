package sinktest

import (
	"testing"

	"github.com/anchorwatch/anchorwatch/sinks"
)

func TestRecorder(t *testing.T) {
	Suite(t, func(*testing.T) sinks.Sink { return &Recorder{} })

	var recorder Recorder
	for _, phase := range []string{"closed", "final"} {
		if err := recorder.Write(t.Context(), Reports()[phase]); err != nil {
			t.Fatal(err)
		}
	}
	if got := recorder.Reports(); len(got) != 2 || got[0].Phase != "closed" || got[1].Phase != "final" {
		t.Errorf("recorded %+v, want closed and final, in this order", got)
	}
}
