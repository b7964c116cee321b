package main

import (
	"bufio"
	"errors"
	"os"
	"time"

	"github.com/prometheus/common/version"

	"github.com/anchorwatch/anchorwatch/agent/dataset"
	"github.com/anchorwatch/anchorwatch/dashboards/report"
)

// writeReport writes the page of compare --html. What could be written of it stays: a full disk is for the user to see.
func writeReport(path string, c *dataset.Comparison, args []string, at time.Time) (err error) {
	file, err := os.Create(path)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	buffered := bufio.NewWriter(file)
	if err := report.Write(buffered, c, report.Options{Version: version.Version, Command: append([]string{"anchorwatch"}, args...), At: at}); err != nil {
		return err
	}
	return buffered.Flush()
}
