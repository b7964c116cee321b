package agent

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/anchorwatch/anchorwatch/agent/checkpoint"
	"github.com/anchorwatch/anchorwatch/alerts/retrain"
	"github.com/anchorwatch/anchorwatch/detectors/profile"
	"github.com/anchorwatch/anchorwatch/rules"
)

// checkpoint makes all state durable, then tells the group how far that is, then lets go what it holds for others. A
// crash between any two of these steps is harmless: what is not durable is read again, what was not sent is sent. If
// the state cannot be written the agent goes on, commits nothing and sends nothing.
func (a *Agent) checkpoint(ctx context.Context) {
	begun := a.options.Now()
	if err := a.save(); err != nil {
		a.options.Exporter.CheckpointsFailed.Add(1)
		a.log.Error().Err(err).Msg("no checkpoint could be written: nothing is committed or sent until one can")
		a.checkpoints.last = begun
		return
	}
	done := a.options.Now()
	a.checkpoints.last = done
	a.options.Exporter.Checkpoints.Add(1)
	a.options.Exporter.CheckpointLastSuccess.Set(float64(done.UnixMilli()) / 1000)
	a.options.Exporter.CheckpointSize.Set(float64(a.checkpoints.bytes))
	a.options.Exporter.CheckpointDuration.Observe(done.Sub(begun))
	commit, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	if len(a.assignment.Owned) == 0 {
		return // nothing is read, nothing may be sent
	}
	if err := a.options.Source.Commit(commit, a.pipeline.positions); err != nil && !errors.Is(err, context.Canceled) {
		a.options.Exporter.CommitsFailed.Add(1)
		a.log.Warn().Err(err).Msg("the group did not take the position")
	} else {
		a.options.Exporter.Commits.Add(1)
	}
	a.delivery.send()
}

func (a *Agent) save() error {
	sections, err := a.pipeline.sections()
	if err != nil {
		return fmt.Errorf("encode state: %w", err)
	}
	more, err := a.delivery.sections()
	if err != nil {
		return fmt.Errorf("encode state: %w", err)
	}
	sections = append(sections, more...)
	if a.options.File != nil {
		if err := a.options.File.Sync(); err != nil {
			return err
		}
		length := strconv.AppendInt(nil, a.options.File.Length(), 10)
		sections = append(sections, checkpoint.Section{Name: fileSection, Version: sectionVersion, Data: length})
	}
	state := checkpoint.State{Sequence: a.checkpoints.sequence + 1, LastAct: a.delivery.applied, Sections: sections}
	if a.checkpoints.bytes, err = a.files.Save(state); err != nil {
		return err
	}
	a.checkpoints.sequence++
	older := a.checkpoints.acts
	a.checkpoints.acts = state.LastAct
	return a.delivery.acts.Trim(older)
}

// restore takes up the newest checkpoint that can be used, and the acts it lacks. State made for another configuration
// is not used: the agent says so and begins anew, which costs the open windows, never a wrong number.
func (a *Agent) restore(log []checkpoint.Act) error {
	begun := a.options.Now()
	state, damaged, err := a.files.Load()
	for _, d := range damaged {
		a.log.Error().Err(d).Msg("a checkpoint is damaged: the one before is used")
	}
	switch {
	case errors.Is(err, checkpoint.ErrNone):
		return a.delivery.replay(log, 0, profile.Dawn)
	case err != nil && len(damaged) == 0:
		return err
	case err != nil:
		a.log.Error().Msg("no checkpoint is whole: windows are rebuilt from what is read again")
		return a.delivery.replay(log, 0, profile.Dawn)
	}
	a.checkpoints.sequence, a.checkpoints.acts = state.Sequence, state.LastAct
	a.delivery.acts.Raise(state.LastAct)
	if err := a.delivery.restore(&state, a.config.Environment, a.destinations()); err != nil {
		return err
	}
	lost, ended, err := a.pipeline.restore(&state)
	if err != nil {
		a.log.Error().Err(err).Msg("the state does not fit the configuration: windows begin anew")
		return a.anew(&state, log)
	}
	for _, version := range lost {
		a.log.Warn().Str("version", version).Msg("the baseline has changed: the version's windows begin anew")
	}
	at := a.pipeline.marks.Predictions()
	for _, t := range ended {
		a.delivery.ledger.Apply(at, t.Model, []rules.Transition{t})
	}
	if err := a.truncate(&state); err != nil {
		return err
	}
	a.blindness.restore(a.delivery.ledger.Incidents())
	a.options.Exporter.RestoreDuration.Observe(a.options.Now().Sub(begun), "local")
	return a.delivery.replay(log, state.LastAct, at)
}

// anew keeps incidents, requests and positions of a state whose windows cannot be used.
func (a *Agent) anew(state *checkpoint.State, log []checkpoint.Act) error {
	fresh, err := newPipeline(a.options)
	if err != nil {
		return err
	}
	a.pipeline = fresh
	var list []position
	if err := sectionJSON(state, positionsSection, &list); err != nil {
		return err
	}
	for _, entry := range list {
		fresh.positions[entry.Partition] = entry.Next
	}
	fresh.windows.MarkIncomplete()
	return a.delivery.replay(log, state.LastAct, profile.Dawn)
}

// truncate cuts the file sink back to what the checkpoint knows of it: the replay writes the rest again.
func (a *Agent) truncate(state *checkpoint.State) error {
	if a.options.File == nil {
		return nil
	}
	found, ok := state.Section(fileSection)
	if !ok {
		return nil
	}
	length, err := strconv.ParseInt(string(found.Data), 10, 64)
	if err != nil {
		return fmt.Errorf("restore %s: %w", fileSection, err)
	}
	return a.options.File.Truncate(length)
}

// offsets says which records of the prediction and label topics hold a stretch of event time, as far as was read.
func (a *Agent) offsets(_ string, from, to profile.Instant) []retrain.OffsetRange {
	return a.pipeline.history.ranges(from, to)
}
