package multivariate

import (
	"fmt"
	"math/rand/v2"
	"os"
	"syscall"
	"testing"
)

func cpuNow() float64 {
	var u syscall.Rusage
	_ = syscall.Getrusage(syscall.RUSAGE_SELF, &u)
	return float64(u.Utime.Nano()+u.Stime.Nano()) / 1e6
}

func TestCPU(t *testing.T) {
	if os.Getenv("CPU") == "" {
		t.Skip()
	}
	r := rand.New(rand.NewPCG(1, 2))
	ref, cur := normals(r, 25, 10000), normals(r, 25, 10000)
	rows := firstRows(10000)
	var cut []cells
	picked := spread(rows, 1000)
	for i := range ref {
		cut = append(cut, newCells(&ref[i], picked))
	}
	fitted := Fit(ref)
	for _, f := range []struct {
		name string
		f    func()
	}{
		{"all", func() { Fit(ref).Compare(cur, rows) }},
		{"fit/cells", func() {
			for i := range ref {
				newCells(&ref[i], picked)
			}
		}},
		{"fit/coding", func() {
			for i := range ref {
				newCoding(&ref[i])
			}
		}},
		{"fit/reconstruction", func() { newReconstruction(ref) }},
		{"fit/discrepancy", func() { newDiscrepancy(ref, cut, picked) }},
		{"fit/domain", func() { newDomain(ref, cut, picked) }},
		{"compare/reconstruction", func() { fitted.reconstructed(cur, rows) }},
		{"compare/discrepancy", func() { fitted.discrepant(cur, rows) }},
		{"compare/domain", func() { fitted.classified(cur, rows) }},
	} {
		a := cpuNow()
		for range 30 {
			f.f()
		}
		fmt.Printf("%-24s %.2f ms\n", f.name, (cpuNow()-a)/30)
	}
}
