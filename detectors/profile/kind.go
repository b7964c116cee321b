package profile

import (
	"fmt"
	"slices"
)

// Kind says how a column's values are to be read.
type Kind uint8

// The kinds of column. Text columns are only checked for presence: they have no distribution here.
const (
	Numeric Kind = iota
	Categorical
	Boolean // categorical with the values "false" and "true"
	Text
)

// leastTexts is the number of distinct values that a column of text exceeds; they are also more than half of all.
const leastTexts = 1000

// InferKind infers a column's kind from how many numbers, booleans and texts it holds, and how many distinct texts: numeric
// if all values are numbers, boolean if all are booleans, text if nearly every row has a value of its own, else
// categorical. It is false for a column without any value, which counts as numeric.
func InferKind(numbers, booleans, texts, distinct int) (kind Kind, ok bool) {
	present := numbers + booleans + texts
	switch {
	case present == 0:
		return Numeric, false
	case numbers == present:
		return Numeric, true
	case booleans == present:
		return Boolean, true
	case distinct > leastTexts && 2*distinct > present:
		return Text, true
	}
	return Categorical, true
}

var kindNames = [...]string{"numeric", "categorical", "boolean", "text"}

// String returns the kind's name as configuration and JSON write it.
func (k Kind) String() string {
	if int(k) < len(kindNames) {
		return kindNames[k]
	}
	return fmt.Sprintf("kind(%d)", uint8(k))
}

// MarshalText writes what String prints.
func (k Kind) MarshalText() ([]byte, error) { return []byte(k.String()), nil }

// UnmarshalText reads a kind's name.
func (k *Kind) UnmarshalText(text []byte) error {
	i := slices.Index(kindNames[:], string(text))
	if i < 0 {
		return fmt.Errorf("kind %q: use numeric, categorical, boolean or text", text)
	}
	*k = Kind(i)
	return nil
}
