package performance

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/anchorwatch/anchorwatch/detectors/profile"
)

// Task says what kind of answer a model gives. The zero value means that it is not known.
type Task uint8

// The tasks.
const (
	Binary Task = iota + 1
	Multiclass
	Regression
)

var taskNames = [...]string{"", "binary", "multiclass", "regression"}

// String returns the task's name as configuration and JSON write it; empty for the zero value.
func (t Task) String() string {
	if int(t) < len(taskNames) {
		return taskNames[t]
	}
	return fmt.Sprintf("task(%d)", uint8(t))
}

// MarshalText writes what String prints.
func (t Task) MarshalText() ([]byte, error) { return []byte(t.String()), nil }

// UnmarshalText reads a task's name.
func (t *Task) UnmarshalText(text []byte) error {
	i := slices.Index(taskNames[:], string(text))
	if i < 0 {
		return fmt.Errorf("task %q: use binary, multiclass or regression", text)
	}
	*t = Task(i)
	return nil
}

// DefaultThreshold is the score from which a binary model means the positive class.
const DefaultThreshold = 0.5

// MaxClasses bounds the classes of a schema: a label with more distinct values is no class.
const MaxClasses = 1000

// Schema says what a model answers. It does not change once tallies count by it.
type Schema struct {
	Task Task `json:"task"`
	// Classes by name, ascending; a binary model has two. A regression has none.
	Classes []string `json:"classes,omitempty"`
	// Positive is the class that precision, recall and the score of a binary model speak of.
	Positive string `json:"positive,omitempty"`
	// Threshold of the score, for answers without a class. Zero is a threshold like any other: set DefaultThreshold.
	Threshold float64 `json:"threshold,omitempty"`
	// NumberIsClass tells that a bare number in the prediction's place names a class (as 0 and 1 do when a model sends
	// no scores). A bare number of a multiclass model always does.
	NumberIsClass bool `json:"number_is_class,omitempty"`
}

// Validate checks the promises that tallies rely on.
func (s *Schema) Validate() error {
	ascending := slices.IsSortedFunc(s.Classes, cmp.Compare[string]) && len(slices.Compact(slices.Clone(s.Classes))) == len(s.Classes)
	switch {
	case s.Task == Regression:
		if len(s.Classes) > 0 {
			return errors.New("schema: a regression has no classes")
		}
		return nil
	case s.Task != Binary && s.Task != Multiclass:
		return fmt.Errorf("schema: no such task: %v", s.Task)
	case len(s.Classes) == 0:
		return errors.New("schema: no classes")
	case len(s.Classes) > MaxClasses:
		return fmt.Errorf("schema: %d classes are too many: at most %d", len(s.Classes), MaxClasses)
	case !ascending:
		return errors.New("schema: classes are not in ascending order, or one stands there twice")
	case !profile.Finite(s.Threshold):
		return errors.New("schema: the threshold is not a finite number")
	case s.Task == Multiclass:
		return nil
	case len(s.Classes) != 2:
		return fmt.Errorf("schema: a binary model has two classes, not %d", len(s.Classes))
	case s.positive() < 0:
		return fmt.Errorf("schema: the positive class %q is none of %q", s.Positive, s.Classes)
	}
	return nil
}

// positive returns the index of the positive class, -1 if there is none.
func (s *Schema) positive() int { return slices.Index(s.Classes, s.Positive) }

// Class returns the index of the class with that name, -1 for a class outside the schema. Other spellings of a whole
// number or a boolean are understood ("1.0", "true" and "True" for "1"), as long as the schema itself does not tell
// them apart.
func (s *Schema) Class(name []byte) int {
	i, found := slices.BinarySearchFunc(s.Classes, name, func(class string, name []byte) int {
		return strings.Compare(class, string(name)) // does not allocate
	})
	if found {
		return i
	}
	index := -1
	want := canonical(string(name))
	for i, class := range s.Classes {
		if canonical(class) == want {
			if index >= 0 {
				return -1 // "1" and "true" are both classes: which one "1.0" means is anybody's guess
			}
			index = i
		}
	}
	return index
}

// canonical returns one spelling for all spellings of a whole number or a boolean, and other names as they are.
func canonical(name string) string {
	switch name {
	case "true", "True", "TRUE":
		return "1"
	case "false", "False", "FALSE":
		return "0"
	}
	whole, ok := strings.CutSuffix(name, ".0")
	if ok && whole != "" && strings.Trim(whole, "0123456789") == "" {
		return whole
	}
	return name
}
