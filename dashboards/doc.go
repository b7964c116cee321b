// Package dashboards makes what other programs show and watch: a Grafana dashboard and Prometheus rules.
//
// Both are generated from literal lists, so that a test can hold every metric and label in every query against the
// catalogue of sinks/prometheus. The generated files are committed; go test ./dashboards -update rewrites them.
//
// Reading order: panels.go (what the dashboard shows), grafana.go (how Grafana wants it written), alerts.go (the rules).
// alerts_test.yml holds a firing and a silent case of every alert, for promtool test rules.
package dashboards
