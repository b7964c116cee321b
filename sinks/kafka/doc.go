// Package kafka writes every report to a results topic.
//
// The record's key names the window, so that on a compacted topic the newest revision replaces the older ones; its
// value is the line of sinks.WindowLine. Connections belong to the agent: this package only says what is written.
package kafka
