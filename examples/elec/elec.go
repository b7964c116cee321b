// Package elec holds the example that the demo plays: real electricity-market data, the scores of three versions of one
// model, and the configuration that watches them.
package elec

import "embed"

// Files holds anchorwatch.yml and the folder data. Where they come from is told in README.md.
//
//go:embed anchorwatch.yml data/*.jsonl.gz data/LICENSE.scikit-multiflow
var Files embed.FS
