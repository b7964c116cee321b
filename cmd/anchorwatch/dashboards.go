package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/alecthomas/kingpin/v2"

	"github.com/anchorwatch/anchorwatch/dashboards"
)

// dashboardsCommand writes what Grafana and Prometheus need.
func dashboardsCommand(app *kingpin.Application) (*kingpin.CmdClause, action) {
	clause := app.Command("dashboards", "Write the Grafana dashboard and the Prometheus rules.")
	folder := clause.Flag("out", "Folder to write to.").Short('o').Default(".").String()
	return clause, func(_ context.Context, stdout, _ io.Writer) error {
		for _, out := range []struct {
			name     string
			generate func() ([]byte, error)
		}{{"anchorwatch.json", dashboards.Grafana}, {"alerts.yml", dashboards.PrometheusRules}} {
			content, err := out.generate()
			if err != nil {
				return err
			}
			path := filepath.Join(*folder, out.name)
			if err := os.WriteFile(path, content, 0o644); err != nil { //nolint:gosec // meant to be read by others
				return err
			}
			fmt.Fprintln(stdout, path)
		}
		return nil
	}
}
