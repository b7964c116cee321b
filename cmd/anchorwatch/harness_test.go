package main

import (
	"bytes"
	"testing"
	"time"
)

// created is when the tests' baselines are built.
var created = time.Date(2026, 11, 21, 7, 0, 0, 0, time.UTC)

// invoke runs the program as main does.
func invoke(t *testing.T, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	var out, errs bytes.Buffer
	code = run(t.Context(), func() time.Time { return created }, args, &out, &errs)
	return code, out.String(), errs.String()
}
