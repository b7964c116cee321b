// Package alerts brings transitions to people and pipelines, and loses none.
package alerts
