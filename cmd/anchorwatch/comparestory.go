package main

import (
	"fmt"
	"io"

	"github.com/anchorwatch/anchorwatch/agent/dataset"
	"github.com/anchorwatch/anchorwatch/detectors/faults"
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

// describeFaults prints a line for every fault, with the last words said about it: over several chunks the newest.
func describeFaults(w io.Writer, c *dataset.Comparison, colored bool) {
	type name struct {
		column string
		kind   faults.Kind
	}
	var order []name
	newest := make(map[name]*dataset.Fault)
	chunks := make(map[name]int)
	for i := range c.Chunks {
		for j := range c.Chunks[i].Faults {
			f := &c.Chunks[i].Faults[j]
			key := name{f.Column, f.Fault}
			if newest[key] == nil {
				order = append(order, key)
			}
			newest[key] = f
			chunks[key]++
		}
	}
	for _, key := range order {
		line := newest[key].Sentence
		if len(c.Chunks) > 1 {
			line += fmt.Sprintf(" In %d of %s.", chunks[key], plural(len(c.Chunks), "chunk"))
		}
		fmt.Fprintf(w, "%s %s\n", painted(cell{"fault", alarm}, colored), line)
	}
}
