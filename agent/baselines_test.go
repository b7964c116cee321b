package agent

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/anchorwatch/anchorwatch/agent/config"
	"github.com/anchorwatch/anchorwatch/detectors/baseline"
	"github.com/anchorwatch/anchorwatch/detectors/performance"
)

// A baseline must agree with what the configuration says of the answers, whatever of it the configuration says.
func TestReadBaseline(t *testing.T) {
	b := baseline.NewBuilder()
	for i := range 40 {
		b.Row(0)
		b.Column("x").Number(float64(i))
		b.Answer(performance.Answer{Class: []byte([]string{"bad", "good"}[i%2]), HasClass: true})
	}
	built, err := b.Build(baseline.Options{Model: "m", Version: "1", Answers: performance.Overrides{Task: performance.Binary, Positive: "good"}})
	if err != nil {
		t.Fatal(err)
	}
	template := filepath.Join(t.TempDir(), "v{version}.awb")
	file, err := os.Create(strings.ReplaceAll(template, versionPlace, "1"))
	if err != nil {
		t.Fatal(err)
	}
	if err := baseline.Write(file, built); err != nil {
		t.Fatal(err)
	}
	if err := file.Close(); err != nil {
		t.Fatal(err)
	}
	tests := map[string]struct {
		task, positive, version, want string
	}{
		"silent":         {"", "", "1", ""},
		"agrees":         {"binary", "good", "1", ""},
		"other task":     {"multiclass", "", "1", "has binary answers, the configuration says multiclass"},
		"other positive": {"", "bad", "1", `speaks of the positive class "good", the configuration of "bad"`},
		"no file":        {"", "", "2", "no such file"},
		"no file name":   {"", "", "../1", "is no part of a file name"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			_, err := readBaseline(&config.Model{Baseline: template, Task: tt.task, PositiveClass: tt.positive}, tt.version)
			if tt.want == "" && err != nil || tt.want != "" && (err == nil || !strings.Contains(err.Error(), tt.want)) {
				t.Errorf("got %v, want %q", err, tt.want)
			}
		})
	}
}
