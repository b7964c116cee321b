package report

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/anchorwatch/anchorwatch/agent/dataset"
)

// maxNotes is how many remarks on the files are repeated.
const maxNotes = 200

// adapt makes the view of a comparison.
func adapt(c *dataset.Comparison, o Options) page {
	names := chunkNames(c)
	all := tracks(c)
	p := page{
		Reference: source{Path: c.Reference.Path, Rows: plural(c.Reference.Rows, "row")},
		Current:   source{Path: c.Current.Path, Rows: plural(c.Current.Rows, "row"), Period: period(c)},
		Made:      made(o), Command: commandLine(o.Command),
		Performance: newPerformance(c, names), Estimates: newEstimates(c), Overview: newOverview(all, names), Columns: newColumns(all, names),
		Notes: c.Notes[:min(len(c.Notes), maxNotes)],
	}
	p.Drivers, p.DriversOf = newDrivers(all, names)
	inputs := slices.DeleteFunc(slices.Clone(all), func(t track) bool { return t.part != dataset.Feature })
	outputs := slices.DeleteFunc(slices.Clone(all), func(t track) bool { return t.part == dataset.Feature })
	p.Verdicts = []verdict{
		movement("Did the inputs move?", "input", inputs, len(c.Chunks), "drivers"),
		movement("Did the answers move?", "output column", outputs, len(c.Chunks), "columns"),
		damage(c, names),
		trust(p.Faults, false, all),
	}
	p.Headline = headline(c, inputs, p.Verdicts)
	return p
}

// headline is the comparison in one sentence.
func headline(c *dataset.Comparison, inputs []track, verdicts []verdict) string {
	if c.Current.Rows == 0 || len(c.Chunks) == 0 {
		return "There are no rows to compare."
	}
	var moved []string
	for _, t := range inputs {
		if t.drifted > 0 {
			moved = append(moved, t.name)
		}
	}
	sentence := "None of " + plural(len(inputs), "input") + " moved"
	if len(moved) > 0 {
		sentence = fmt.Sprintf("%s of %s moved, most of all %s", count(len(moved)), plural(len(inputs), "input"), listing(moved[:min(3, len(moved))]))
	}
	switch harm := verdicts[2]; harm.State {
	case unknown:
		sentence += "; without labels nothing can be said about the model's performance"
	case bad:
		sentence += "; the model got worse: " + harm.Figure
	case uneasy:
		sentence += "; the model got slightly worse: " + harm.Figure
	default:
		sentence += "; no harm to the model is shown: " + harm.Figure
	}
	return sentence + "."
}

func made(o Options) string {
	var parts []string
	if o.Version != "" {
		parts = append(parts, "anchorwatch "+o.Version)
	}
	if !o.At.IsZero() {
		parts = append(parts, o.At.UTC().Format(time.DateOnly+" 15:04 UTC"))
	}
	return strings.Join(parts, " · ")
}

// commandLine joins words as a shell would have them.
func commandLine(words []string) string {
	quoted := make([]string, len(words))
	for i, word := range words {
		if word == "" || strings.ContainsFunc(word, func(r rune) bool {
			return !strings.ContainsRune("-_./=,:@%+", r) && (r < '0' || r > '9' && r < 'A' || r > 'Z' && r < 'a' || r > 'z')
		}) {
			word = "'" + strings.ReplaceAll(word, "'", `'\''`) + "'"
		}
		quoted[i] = word
	}
	return strings.Join(quoted, " ")
}

// chunkNames calls each chunk by its index and, if it has one, its time.
func chunkNames(c *dataset.Comparison) []string {
	names := make([]string, len(c.Chunks))
	for i, chunk := range c.Chunks {
		names[i] = fmt.Sprintf("chunk %d", chunk.Index)
		if chunk.Start != "" {
			names[i] = fmt.Sprintf("chunk %d (from %s)", chunk.Index, moment(chunk.Start))
		}
	}
	return names
}

// chunkTicks are the chunks' names where there is little room: their time if they have one.
func chunkTicks(c *dataset.Comparison) []string {
	ticks := make([]string, len(c.Chunks))
	for i, chunk := range c.Chunks {
		ticks[i] = cmp.Or(moment(chunk.Start), fmt.Sprintf("chunk %d", chunk.Index))
	}
	return ticks
}

// period is from the first chunk's start to the last one's end.
func period(c *dataset.Comparison) string {
	if len(c.Chunks) == 0 || c.Chunks[0].Start == "" {
		return ""
	}
	text := moment(c.Chunks[0].Start) + " to " + moment(c.Chunks[len(c.Chunks)-1].End)
	if n := len(c.Chunks); n > 1 {
		text += " in " + plural(n, "chunk")
	}
	return text
}
