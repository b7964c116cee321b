// Package rules turns measurements over time into states and transitions.
package rules
