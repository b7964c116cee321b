package profile

// Segment is one slice of a model's traffic, such as country = DE. The zero value is the whole model.
type Segment struct {
	Name  string `json:"name,omitempty"`
	Value string `json:"value,omitempty"`
}

// Key says whose profile a Set is and which time it covers. It travels with every Set, so that rules and sinks know
// the window without knowing how windows are made. In a baseline the window's name is empty.
type Key struct {
	Model   string
	Version string
	Segment Segment
	Window  string  // the configured name, such as "1h"
	Start   Instant // inclusive
	End     Instant // exclusive
}
