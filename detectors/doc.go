// Package detectors compares a window with its baseline and measures how far it has moved.
package detectors
