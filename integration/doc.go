// Package integration drives the real program as its users do: the binary, a configuration file, a real Apache Kafka,
// other people's producers, a real Prometheus, and receivers for Slack and retraining. Nothing here looks inside.
//
// Every number is compared with one that stream_test.go computes for itself, from the events it made.
//
// The tests carry the build tag integration. They want the jars of Apache Kafka, kcat, prometheus and promtool:
//
//	ANCHORWATCH_KAFKA_LIBS=$(.ci/kafka) go test -tags integration ./integration/...
//
// Reading order: main_test.go (what is started once), broker_test.go (Kafka), agent_test.go (the program under test),
// receivers_test.go (the other ends), stream_test.go (events, and what they must come to), produce_test.go (ways into
// Kafka); then one file for each promise: strangers, kill, garbage, standby, broken brokers, prometheus, lifecycle.
package integration
