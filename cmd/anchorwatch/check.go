package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/alecthomas/kingpin/v2"

	"github.com/anchorwatch/anchorwatch/agent"
	"github.com/anchorwatch/anchorwatch/agent/config"
)

// checkCommand reads configurations and says everything that is wrong with them.
func checkCommand(app *kingpin.Application) (*kingpin.CmdClause, action) {
	clause := app.Command("check", "Check configurations: every problem at once, with its place and remedy.")
	files := clause.Arg("FILE", "Configuration files.").Default("anchorwatch.yml").Strings()
	effective := clause.Flag("print", "Print the configuration in force, with defaults, and secrets hidden.").Bool()
	return clause, func(_ context.Context, stdout, stderr io.Writer) error {
		failed := false
		for _, file := range *files {
			c, err := loadConfig(file, stderr)
			if err != nil {
				if !errors.Is(err, errQuiet) {
					fmt.Fprintf(stderr, "anchorwatch: %v\n", err)
				}
				failed = true
				continue
			}
			if *effective {
				text, err := config.Marshal(c)
				if err != nil {
					return err
				}
				fmt.Fprintf(stdout, "%s", text)
				continue
			}
			fmt.Fprintf(stdout, "%s: ok\n", file)
			describe(stdout, c)
		}
		if failed {
			return errQuiet
		}
		return nil
	}
}

// describe says in a few lines what a configuration watches.
func describe(w io.Writer, c *config.Config) {
	for i := range c.Models {
		m := &c.Models[i]
		var windows, names []string
		for _, window := range m.Windows {
			windows = append(windows, window.Name)
		}
		for _, rule := range m.RulesInForce() {
			names = append(names, rule.Name)
		}
		fmt.Fprintf(w, "  model %s: windows %s; rules %s\n", m.Name, strings.Join(windows, ", "), strings.Join(names, ", "))
		switch found, err := agent.FindBaselines(m.Baseline); {
		case m.Baseline == "":
			fmt.Fprintf(w, "    no baseline: its windows will only be counted\n")
		case err != nil:
			fmt.Fprintf(w, "    %v\n", err)
		case len(found) == 0:
			fmt.Fprintf(w, "    no file matches %s yet: build one with anchorwatch baseline build\n", m.Baseline)
		default:
			fmt.Fprintf(w, "    baselines: %s\n", strings.Join(found, ", "))
		}
	}
}
