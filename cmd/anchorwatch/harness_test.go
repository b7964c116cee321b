package main

import (
	"bytes"
	"context"
	"io"
	"testing"
	"time"

	"github.com/alecthomas/kingpin/v2"
)

// created is when the tests' baselines are built.
var created = time.Date(2026, 11, 21, 7, 0, 0, 0, time.UTC)

// batch runs one of the batch commands in process and returns what it printed, and its error: of usage, or of the work.
func batch(t *testing.T, args ...string) (stdout, stderr string, usage, err error) {
	t.Helper()
	app := kingpin.New("anchorwatch", "").Terminate(nil)
	app.UsageWriter(io.Discard)
	actions := make(map[string]func(context.Context, io.Writer, io.Writer) error)
	now := func() time.Time { return created }
	for _, register := range []func(*kingpin.Application) (*kingpin.CmdClause, action){
		compareCommand(now, args), baselineBuildCommand(now), baselineShowCommand,
	} {
		clause, act := register(app)
		actions[clause.FullCommand()] = act
	}
	command, usage := app.Parse(args)
	if usage != nil {
		return "", "", usage, nil
	}
	var out, complaints bytes.Buffer
	err = actions[command](t.Context(), &out, &complaints)
	return out.String(), complaints.String(), nil, err
}
