package main

import (
	"fmt"
	"io"

	"github.com/anchorwatch/anchorwatch/agent/dataset"
)

// lastStory is the story of the last chunk, which is what holds now; empty without chunks.
func lastStory(c *dataset.Comparison) string {
	if len(c.Chunks) == 0 {
		return ""
	}
	story := c.Chunks[len(c.Chunks)-1].Story
	if len(c.Chunks) > 1 {
		return "in the last chunk: " + story
	}
	return story
}

// describeFaults prints a line for every fault.
func describeFaults(w io.Writer, c *dataset.Comparison, colored bool) {
	for _, f := range c.Faults() {
		line := f.Sentence
		if len(c.Chunks) > 1 {
			line += fmt.Sprintf(" In %d of %s.", f.Chunks, plural(len(c.Chunks), "chunk"))
		}
		fmt.Fprintf(w, "%s %s\n", painted(cell{"fault", alarm}, colored), line)
	}
}
