package prometheus

import (
	"fmt"
	"hash/fnv"
	"strings"
	"sync"
	"unicode/utf8"

	"github.com/rs/zerolog"
)

// Limits cap how many different names become label values. The names come from configuration and baselines, but for
// versions, which events bring.
type Limits struct {
	Models           int // default 20
	VersionsPerModel int // default 5
	FeaturesPerModel int // default 500
}

func (l Limits) withDefaults() Limits {
	if l.Models == 0 {
		l.Models = 20
	}
	if l.VersionsPerModel == 0 {
		l.VersionsPerModel = 5
	}
	if l.FeaturesPerModel == 0 {
		l.FeaturesPerModel = 500
	}
	return l
}

// Other is the label value that counters of names beyond a limit share, so that totals stay right. Gauges beyond a limit
// are left out: the sum or mean of two models' accuracies would be nobody's.
const Other = "other"

// maxLabelBytes bounds a label value.
const maxLabelBytes = 128

// names remembers which names have a place: first come, first served, until keep makes room.
type names struct {
	mu       sync.Mutex
	limits   Limits
	logger   zerolog.Logger
	exceeded func(dimension string)
	models   map[string]*modelNames
	warned   map[string]bool
}

type modelNames struct {
	versions, features map[string]bool
}

func newNames(limits Limits, logger zerolog.Logger, exceeded func(dimension string)) *names {
	return &names{
		limits: limits, logger: logger, exceeded: exceeded,
		models: make(map[string]*modelNames), warned: make(map[string]bool),
	}
}

// admitModel tells whether the model has a place.
func (n *names) admitModel(model string) bool {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.place(model) != nil
}

// admitVersion tells whether the pair has a place; an empty version always has.
func (n *names) admitVersion(model, version string) bool {
	n.mu.Lock()
	defer n.mu.Unlock()
	place := n.place(model)
	return place != nil && (version == "" || n.admit(place.versions, version, n.limits.VersionsPerModel, "versions"))
}

// admitFeature tells whether the model's feature has a place.
func (n *names) admitFeature(model, feature string) bool {
	n.mu.Lock()
	defer n.mu.Unlock()
	place := n.place(model)
	return place != nil && n.admit(place.features, feature, n.limits.FeaturesPerModel, "features")
}

func (n *names) place(model string) *modelNames {
	if place := n.models[model]; place != nil {
		return place
	}
	if len(n.models) >= n.limits.Models {
		n.exceed("models", n.limits.Models)
		return nil
	}
	place := &modelNames{versions: make(map[string]bool), features: make(map[string]bool)}
	n.models[model] = place
	return place
}

func (n *names) admit(known map[string]bool, name string, limit int, dimension string) bool {
	if known[name] {
		return true
	}
	if len(known) >= limit {
		n.exceed(dimension, limit)
		return false
	}
	known[name] = true
	return true
}

// exceed counts, and warns once a dimension.
func (n *names) exceed(dimension string, limit int) {
	n.exceeded(dimension)
	if !n.warned[dimension] {
		n.warned[dimension] = true
		n.logger.Warn().Str("dimension", dimension).Int("limit", limit).Msg("metrics limit reached: further names are folded into other or left out")
	}
}

// keep forgets every model and version but these, and returns what is forgotten.
func (n *names) keep(pairs map[pair]bool) (models []string, gone []pair) {
	n.mu.Lock()
	defer n.mu.Unlock()
	kept := make(map[string]bool)
	for p := range pairs {
		kept[p.model] = true
	}
	for model, place := range n.models {
		if !kept[model] {
			delete(n.models, model)
			models = append(models, model)
			continue
		}
		for version := range place.versions {
			if p := (pair{model, version}); !pairs[p] {
				delete(place.versions, version)
				gone = append(gone, p)
			}
		}
	}
	return models, gone
}

type pair struct{ model, version string }

// clean makes a name fit for a label: valid UTF-8 without control characters, at most maxLabelBytes long. A name that
// had to be changed ends in a hash of the original, so that two names never become one series.
func clean(name string) string {
	cleaned := strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f {
			return '\uFFFD'
		}
		return r
	}, strings.ToValidUTF8(name, "\uFFFD"))
	if cleaned == name && len(name) <= maxLabelBytes {
		return name
	}
	hash := fnv.New32a()
	_, _ = hash.Write([]byte(name)) // a hash takes everything
	suffix := fmt.Sprintf("~%08x", hash.Sum32())
	end := min(len(cleaned), maxLabelBytes-len(suffix))
	for end < len(cleaned) && end > 0 && !utf8.RuneStart(cleaned[end]) {
		end--
	}
	return cleaned[:end] + suffix
}
