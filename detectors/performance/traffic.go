package performance

import (
	"encoding/binary"
	"time"

	"github.com/anchorwatch/anchorwatch/detectors"
	"github.com/anchorwatch/anchorwatch/detectors/profile"
)

// Traffic counts how a model was served. The zero value is empty.
type Traffic struct {
	requests, errors uint64
	latency          histogram // milliseconds
}

// Observe counts a request. The latency is NaN if the event did not say.
func (t *Traffic) Observe(latencyMS float64, failed bool) {
	t.requests++
	if failed {
		t.errors++
	}
	t.latency.observe(latencyMS)
}

// Requests returns how many requests were counted.
func (t *Traffic) Requests() uint64 { return t.requests }

// Merge adds all that o holds.
func (t *Traffic) Merge(o *Traffic) {
	t.requests += o.requests
	t.errors += o.errors
	t.latency.merge(&o.latency)
}

// Measurements returns throughput (requests per second over the window's length; absent if that is not positive),
// error_rate with Wilson's bounds (undefined without requests), and latency_p50, latency_p95 and latency_p99 in
// milliseconds, absent without any latency. Errors close in time are alike, so NEff is n over the design effect.
func (t *Traffic) Measurements(window time.Duration, designEffect float64) []detectors.Measurement {
	var all []detectors.Measurement
	if window > 0 {
		all = append(all, detectors.Measurement{
			Name: "throughput", Value: float64(t.requests) / window.Seconds(), N: t.requests, Status: detectors.OK,
		})
	}
	all = append(all, proportion("error_rate", "", t.errors, t.requests, t.requests, AtLeastOne(designEffect)))
	for _, p := range []struct {
		name string
		q    float64
	}{{"latency_p50", 0.50}, {"latency_p95", 0.95}, {"latency_p99", 0.99}} {
		if value, ok := t.latency.quantile(p.q); ok {
			all = append(all, detectors.Measurement{Name: p.name, Value: value, N: t.latency.n, Status: detectors.OK})
		}
	}
	return all
}

// AppendBinary appends the tally.
func (t *Traffic) AppendBinary(b []byte) []byte {
	b = binary.AppendUvarint(b, t.requests)
	b = binary.AppendUvarint(b, t.errors)
	return t.latency.appendBinary(b)
}

// ReadTraffic reads what Traffic.AppendBinary wrote.
func ReadTraffic(r *profile.Reader) (Traffic, error) {
	t := Traffic{requests: r.Uvarint(), errors: r.Uvarint()}
	var err error
	if t.latency, err = readHistogram(r); err != nil {
		return Traffic{}, err
	}
	if t.errors > t.requests || t.latency.n > t.requests {
		return Traffic{}, errDamaged
	}
	return t, nil
}
