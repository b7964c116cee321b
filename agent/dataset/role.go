package dataset

import (
	"fmt"
	"slices"
	"strings"
)

// role is what a table's column is for.
type role uint8

const (
	feature role = iota
	identity
	moment
	prediction
	score
	label
	probability
	arrival // when the label came
	ignored
)

// wellKnown are the names that give a column its role, the first found being the one. Names are case-sensitive.
var wellKnown = []struct {
	role  role
	what  string
	names []string
}{
	{identity, "id", []string{"id", "request_id", "prediction_id"}},
	{moment, "time", []string{"ts", "ts_ms", "timestamp", "timestamp_ms", "time", "event_time"}},
	{prediction, "prediction", []string{"prediction", "y_pred"}},
	{score, "score", []string{"score", "y_score", "y_proba", "y_pred_proba", "probability"}},
	{label, "label", []string{"label", "y_true", "target"}},
	{arrival, "label time", []string{"label_ts_ms", "label_ts"}},
}

// probabilityPrefixes begin the names of probability columns; one column alone is none.
var probabilityPrefixes = []string{"proba_", "probability_", "prob_"}

// given returns what the caller named for a role.
func (o *Options) given(r role) string {
	switch r {
	case identity:
		return o.ID
	case moment:
		return o.Timestamp
	case prediction:
		return o.Prediction
	case score:
		return o.Score
	case label:
		return o.Label
	case feature, probability, arrival, ignored:
	}
	return ""
}

// roles gives every column its role, returns the prefix of the probability columns and says in one sentence what was
// found.
func (o *Options) roles(header []string) (roles []role, prefix, note string) {
	roles = make([]role, len(header))
	for i, name := range header {
		if slices.Contains(o.Ignore, name) {
			roles[i] = ignored
		}
	}
	var found []string
	for _, known := range wellKnown {
		name := o.given(known.role)
		i := slices.Index(header, name)
		for j := 0; name == "" && i < 0 && j < len(known.names); j++ {
			if i = slices.Index(header, known.names[j]); i >= 0 && roles[i] != feature {
				i = -1
			}
		}
		if i >= 0 {
			roles[i] = known.role
			found = append(found, fmt.Sprintf("%s = %q", known.what, header[i]))
		}
	}
	prefix, n := o.probabilities(header, roles)
	if n > 0 {
		found = append(found, fmt.Sprintf("%d probabilities = %q", n, prefix+"*"))
	}
	if len(found) == 0 {
		return roles, "", "every column is a feature"
	}
	return roles, prefix, "read as " + strings.Join(found, ", ") + "; every other column is a feature"
}

// probabilities marks the probability columns and returns their prefix.
func (o *Options) probabilities(header []string, roles []role) (prefix string, n int) {
	prefixes, least := probabilityPrefixes, 2
	if o.ProbabilityPrefix != "" {
		prefixes, least = []string{o.ProbabilityPrefix}, 1
	}
	for _, prefix := range prefixes {
		var columns []int
		for i, name := range header {
			if roles[i] == feature && strings.HasPrefix(name, prefix) && len(name) > len(prefix) {
				columns = append(columns, i)
			}
		}
		if len(columns) < least {
			continue
		}
		for _, i := range columns {
			roles[i] = probability
		}
		return prefix, len(columns)
	}
	return "", 0
}
