package profile

import (
	"fmt"
	"math/rand/v2"
	"runtime"
	"testing"
)

// TestMemoryOfPane bounds what a pane keeps of one feature, in memory and encoded as checkpoints have it.
func TestMemoryOfPane(t *testing.T) {
	const features, rows, mostBytes, mostEncoded = 100, 10_000, 10_000, 2_500
	r := rand.New(rand.NewPCG(1, 2))
	var columns []*ColumnLayout
	for i := range features {
		values := make([]float64, 20_000)
		for j := range values {
			values[j] = r.NormFloat64()
		}
		columns = append(columns, NewNumeric(fmt.Sprintf("f%03d", i), Feature, values, 1024))
	}
	layout := NewLayout(columns)
	before := heapInUse()
	pane := NewSet(Key{}, layout)
	for range rows {
		pane.Rows++
		for i := range pane.Columns {
			pane.Columns[i].ObserveNumber(layout.Columns[i], r.NormFloat64())
		}
	}
	each := (heapInUse() - before) / features
	encoded := len(pane.AppendBinary(nil)) / features
	t.Logf("a feature of 1,024 edges in a pane of %d rows: %d bytes, %d encoded", rows, each, encoded)
	if each > mostBytes || encoded > mostEncoded {
		t.Errorf("%d bytes, %d encoded, want at most %d and %d", each, encoded, mostBytes, mostEncoded)
	}
	runtime.KeepAlive(pane)
}

func heapInUse() int {
	var m runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&m)
	return int(m.HeapAlloc)
}
