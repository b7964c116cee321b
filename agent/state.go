package agent

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"github.com/anchorwatch/anchorwatch/agent/checkpoint"
	"github.com/anchorwatch/anchorwatch/agent/source"
	"github.com/anchorwatch/anchorwatch/alerts"
	"github.com/anchorwatch/anchorwatch/rules"
)

// The sections of a checkpoint. Each component encodes its own; a version goes up when an encoding changes.
const (
	positionsSection  = "positions"
	watermarksSection = "watermarks"
	joinSection       = "join"
	windowsSection    = "windows"
	rulesSection      = "rules"
	ledgerSection     = "ledger"
	historySection    = "history"
	silenceSection    = "silence"
	retrainSection    = "retrain"
	fileSection       = "file"

	sectionVersion = 1
)

// errNoSection says that a checkpoint lacks what every checkpoint has.
var errNoSection = errors.New("no such section")

// position is one entry of the positions section.
type position struct {
	source.Partition
	Next int64 `json:"next"`
}

// sections encodes all state of the pipeline.
func (p *Pipeline) sections() ([]checkpoint.Section, error) {
	var list []position
	for partition, next := range p.positions {
		list = append(list, position{partition, next})
	}
	slices.SortFunc(list, func(a, b position) int { return a.Compare(b.Partition) })
	positions, err := json.Marshal(list)
	if err != nil {
		return nil, err
	}
	engines := map[string]json.RawMessage{}
	for model, engine := range p.engines {
		if engines[model], err = engine.Encode(); err != nil {
			return nil, err
		}
	}
	encoded, err := json.Marshal(engines)
	if err != nil {
		return nil, err
	}
	p.marks.Settle()
	return []checkpoint.Section{
		{Name: positionsSection, Version: sectionVersion, Data: positions},
		{Name: watermarksSection, Version: sectionVersion, Data: p.marks.AppendBinary(nil)},
		{Name: joinSection, Version: sectionVersion, Data: p.join.AppendBinary(nil)},
		{Name: windowsSection, Version: sectionVersion, Data: p.windows.AppendBinary(nil)},
		{Name: rulesSection, Version: sectionVersion, Data: encoded},
		{Name: historySection, Version: sectionVersion, Data: p.history.appendBinary(nil)},
		{Name: silenceSection, Version: sectionVersion, Data: p.silence.appendBinary(nil)},
	}, nil
}

// restore replaces the pipeline's state by that of a checkpoint. It returns what was given up because the configuration
// or a baseline has changed since. After an error the pipeline must not be used.
func (p *Pipeline) restore(s *checkpoint.State) (lost []string, transitions []rules.Transition, err error) {
	var list []position
	if err := sectionJSON(s, positionsSection, &list); err != nil {
		return nil, nil, err
	}
	for _, entry := range list {
		p.positions[entry.Partition] = entry.Next
	}
	for _, part := range []struct {
		name    string
		restore func([]byte) error
	}{
		{watermarksSection, p.marks.Restore},
		{joinSection, p.join.Restore},
		{historySection, p.history.restore},
		{silenceSection, p.silence.restore},
		{windowsSection, func(b []byte) (err error) { lost, err = p.windows.Restore(b); return err }},
	} {
		data, err := section(s, part.name)
		if err == nil {
			err = part.restore(data)
		}
		if err != nil {
			return nil, nil, fmt.Errorf("restore %s: %w", part.name, err)
		}
	}
	var engines map[string]json.RawMessage
	if err := sectionJSON(s, rulesSection, &engines); err != nil {
		return nil, nil, err
	}
	for _, model := range p.models {
		if data, ok := engines[model]; ok {
			ended, err := p.engines[model].Restore(data)
			if err != nil {
				return nil, nil, fmt.Errorf("restore %s of %q: %w", rulesSection, model, err)
			}
			transitions = append(transitions, ended...)
		}
	}
	return lost, transitions, nil
}

// sections encodes incidents, requests and the outbox.
func (d *delivery) sections() ([]checkpoint.Section, error) {
	ledger, err := d.ledger.AppendBinary(nil)
	if err != nil {
		return nil, err
	}
	desk, err := d.desk.MarshalBinary()
	if err != nil {
		return nil, err
	}
	return []checkpoint.Section{
		{Name: ledgerSection, Version: sectionVersion, Data: ledger},
		{Name: retrainSection, Version: sectionVersion, Data: desk},
	}, nil
}

// restore replaces incidents, requests and the outbox by those of a checkpoint.
func (d *delivery) restore(s *checkpoint.State, environment string, destinations []string) error {
	data, err := section(s, ledgerSection)
	if err != nil {
		return err
	}
	ledger, err := alerts.DecodeLedger(data, environment, destinations...)
	if err != nil {
		return fmt.Errorf("restore %s: %w", ledgerSection, err)
	}
	d.ledger = ledger
	if data, err = section(s, retrainSection); err == nil {
		err = d.desk.UnmarshalBinary(data)
	}
	if err != nil {
		return fmt.Errorf("restore %s: %w", retrainSection, err)
	}
	d.applied = s.LastAct
	return nil
}

func section(s *checkpoint.State, name string) ([]byte, error) {
	found, ok := s.Section(name)
	switch {
	case !ok:
		return nil, fmt.Errorf("%s: %w", name, errNoSection)
	case found.Version != sectionVersion:
		return nil, fmt.Errorf("%s: version %d, this program reads %d", name, found.Version, sectionVersion)
	}
	return found.Data, nil
}

func sectionJSON(s *checkpoint.State, name string, into any) error {
	data, err := section(s, name)
	if err != nil {
		return err
	}
	if err := json.Unmarshal(data, into); err != nil {
		return fmt.Errorf("restore %s: %w", name, err)
	}
	return nil
}
