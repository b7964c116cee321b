// Package admin is the agent's HTTP face: metrics, health, a read-only API, and the pages it is given.
//
// It shows what the agent publishes as a Snapshot and changes nothing. The snapshot's types are the API's JSON: they hold
// what readers need to know, not how the agent keeps it.
//
// There are two listeners. The public one serves metrics, probes, API and pages, with TLS and passwords from a web
// configuration file as Prometheus has it. The admin one, off unless it is given an address, must be a loopback address:
// it serves the same without a password (for local probes), and what may contain personal data or cost much: samples of
// refused records and, if asked for, profiles.
//
// Reading order: views.go (what is shown), api.go (the JSON API), health.go (the probes), routes.go (what is served
// where), server.go (listeners, start and shutdown).
package admin
