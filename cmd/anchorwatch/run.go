package main

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/alecthomas/kingpin/v2"

	"github.com/anchorwatch/anchorwatch/agent/config"
)

// runCommand is the sidecar.
func runCommand(app *kingpin.Application) (*kingpin.CmdClause, action) {
	clause := app.Command("run", "Watch the models of a configuration, until SIGINT or SIGTERM.")
	file := configFlag(clause)
	var o sidecarOptions
	clause.Flag("storage.path", "Folder for checkpoints; one agent may use it at a time.").Default("anchorwatch-state").StringVar(&o.stateFolder)
	clause.Flag("web.listen-address", "Metrics, probes, pages and the read-only API.").Default(":9464").StringVar(&o.address)
	clause.Flag("web.admin-address", "Loopback listener with samples of refused records; empty: none.").Default("127.0.0.1:9465").StringVar(&o.adminAddress)
	clause.Flag("web.config.file", "TLS and passwords, in the format of Prometheus's exporter-toolkit.").StringVar(&o.webConfig)
	clause.Flag("web.external-url", "Where people reach the pages; notices link there.").StringVar(&o.externalURL)
	clause.Flag("web.enable-pprof", "Serve profiles on the admin listener.").BoolVar(&o.pprof)
	logs := addLogFlags(clause)
	return clause, func(ctx context.Context, _, stderr io.Writer) error {
		c, err := loadConfig(*file, stderr)
		if err != nil {
			return err
		}
		if c.Kafka == nil {
			return fmt.Errorf("%s has no kafka section: run needs one, backtest does not", *file)
		}
		o.config, o.log = c, logs.logger(stderr)
		s, err := newSidecar(ctx, o)
		if err != nil {
			return err
		}
		o.log.Info().Str("config", *file).Str("state", o.stateFolder).Str("web", o.address).Msg("anchorwatch starts")
		return s.run(ctx)
	}
}

// configFlag adds --config.file, and --config for short.
func configFlag(clause *kingpin.CmdClause) *string {
	file := "anchorwatch.yml"
	clause.Flag("config.file", "Configuration file.").Short('c').Default(file).StringVar(&file)
	clause.Flag("config", "The same as --config.file.").Hidden().StringVar(&file)
	return &file
}

// loadConfig reads a configuration and prints every problem in it.
func loadConfig(path string, stderr io.Writer) (*config.Config, error) {
	return printProblems(path, stderr, config.Load)
}

func printProblems(path string, stderr io.Writer, load func(string) (*config.Config, error)) (*config.Config, error) {
	c, err := load(path)
	if problems, ok := errors.AsType[config.Problems](err); ok {
		for _, p := range problems {
			fmt.Fprintln(stderr, p)
		}
		fmt.Fprintf(stderr, "%s in %s\n", plural(len(problems), "problem"), path)
		return nil, errQuiet
	}
	return c, err
}
