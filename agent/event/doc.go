// Package event turns bytes into predictions and labels.
package event
