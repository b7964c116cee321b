// Package file writes every report as a line of JSON to a file.
//
// The lines are those of sinks.WindowLine. The file's length belongs into the checkpoint: after a restart the agent
// truncates to it and writes the windows that followed again, so that no line is there twice or by half.
package file
