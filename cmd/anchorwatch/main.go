// Command anchorwatch watches models in production: it reads prediction and label events from Kafka, compares every
// window of them with the model's baseline, and tells people and pipelines when the model has left its anchor.
//
// app.go lists the commands, one file holds each: run and check for the sidecar, status and healthcheck to look at a
// running one, backtest, compare and watch for files, baseline to build what windows are compared with, dashboards for Grafana
// and Prometheus, demo to see all of it at work.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"
	"time"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop) // the second signal ends the process at once
	os.Exit(run(ctx, time.Now, os.Args[1:], os.Stdout, os.Stderr))
}
