package main

import (
	"slices"
	"strings"
	"testing"
)

// A column that no table has is refused by the flag that names it. Events have no header to look at.
func TestColumnFlagsAreChecked(t *testing.T) {
	table := write(t, "table.csv", "id,amount\n1,2\n2,3\n")
	for _, flag := range []string{"id-column", "timestamp-column", "prediction-column", "score-column", "label-column", "ignore", "numeric", "categorical", "protected"} {
		code, _, stderr := invoke(t, "compare", "--"+flag, "amuont", table, table)
		if want := "--" + flag + `: no column "amuont": did you mean "amount"?`; code != exitError || !strings.Contains(stderr, want) {
			t.Errorf("exit %d, %s; want %q", code, stderr, want)
		}
	}
	events := write(t, "events.jsonl", `{"id":"1","ts":"2026-01-01T00:00:00Z","features":{"x":1},"prediction":{"value":3}}`+"\n")
	if code, _, stderr := invoke(t, "compare", "--ignore", "amuont", table, events); code != exitOK {
		t.Error(stderr)
	}
}

// --task and --positive-class say what the model answers where the files would be understood otherwise.
func TestAnswersAreAsSaid(t *testing.T) {
	table := write(t, "table.csv", "prediction,label\n0,0\n1,1\n1,0\n0,1\n")
	names := func(args ...string) (all []string) {
		for _, p := range compareJSON(t, append(args, table, table)...).ReferencePerformance {
			all = append(all, p.Name+" "+p.Class)
		}
		return all
	}
	if all := names(); !slices.Contains(all, "precision ") || slices.Contains(all, "precision macro") {
		t.Errorf("a binary model has %v", all)
	}
	if all := names("--task", "multiclass"); !slices.Contains(all, "precision macro") {
		t.Errorf("a multiclass model has %v", all)
	}
	if all := names("--task", "regression"); !slices.Contains(all, "mae ") {
		t.Errorf("a regression has %v", all)
	}
	code, _, stderr := invoke(t, "compare", "--positive-class", "7", table, table)
	if want := `positive class "7": with it the model's classes are ["0" "1" "7"]: a binary one has two`; code != exitError || !strings.Contains(stderr, want) {
		t.Errorf("exit %d, %s; want %q", code, stderr, want)
	}
}
