package checkpoint

import "errors"

// ErrNone is returned by Load when there is no checkpoint at all.
var ErrNone = errors.New("no checkpoint")

// Section is the state of one component.
type Section struct {
	Name    string
	Version uint32
	Data    []byte
}

// State is everything that a process must know to go on as if it had never stopped.
type State struct {
	// Sequence grows by one with each checkpoint.
	Sequence uint64
	// LastAct is the number of the last act that the sections contain.
	LastAct  uint64
	Sections []Section
}

// Section returns the section with that name, false if there is none.
func (s *State) Section(name string) (Section, bool) {
	for _, section := range s.Sections {
		if section.Name == name {
			return section, true
		}
	}
	return Section{}, false
}
