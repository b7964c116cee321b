package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/alecthomas/kingpin/v2"
	"github.com/prometheus/common/version"
)

// The exit codes. Whatever a command finds in data is 0: a finding is no failure.
const (
	exitOK    = 0
	exitError = 1
	exitUsage = 2
)

// action is what a command does once its flags are parsed.
type action = func(ctx context.Context, stdout, stderr io.Writer) error

// errQuiet ends a command with exit code 1 after it has said all there is to say.
var errQuiet = errors.New("see above")

// terminated carries an exit code out of the parser, which would end the process.
type terminated int

// run parses the arguments, carries out a command, and returns the exit code. What is made says when, by now.
func run(ctx context.Context, now func() time.Time, args []string, stdout, stderr io.Writer) (code int) {
	app := kingpin.New("anchorwatch", "Watches models in production: drift, accuracy and damage, from Kafka to Prometheus, Slack and a retrain webhook.")
	if version.Version == "" {
		version.Version = "dev" // releases set it at link time
	}
	app.Version(version.Print("anchorwatch"))
	app.HelpFlag.Short('h')
	out := &output{Writer: stdout}
	app.UsageWriter(out)
	app.ErrorWriter(stderr)
	app.Terminate(func(code int) { panic(terminated(code)) }) // --help and --version end here
	defer func() {
		switch ended := recover().(type) {
		case nil:
		case terminated:
			code = int(ended)
		default:
			if out.err == nil { // the parser panics where it cannot print the usage
				panic(ended)
			}
		}
		if code == exitOK && out.err != nil {
			fmt.Fprintf(stderr, "anchorwatch: %v\n", out.err)
			code = exitError
		}
	}()
	actions := map[string]action{}
	for _, register := range []func(*kingpin.Application) (*kingpin.CmdClause, action){
		demoCommand, runCommand, checkCommand, baselineBuildCommand(now), baselineShowCommand, compareCommand(now, args), watchCommand, backtestCommand,
		statusCommand, dashboardsCommand, healthcheckCommand,
	} {
		clause, act := register(app)
		actions[clause.FullCommand()] = act
	}
	command, err := app.Parse(args)
	if err != nil {
		fmt.Fprintf(stderr, "anchorwatch: %s\n", misuse(app, args, err))
		return exitUsage
	}
	switch err := actions[command](ctx, out, stderr); {
	case errors.Is(err, errQuiet):
		return exitError
	case err != nil:
		fmt.Fprintf(stderr, "anchorwatch: %v\n", err)
		return exitError
	}
	return exitOK
}
