package performance

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/anchorwatch/anchorwatch/detectors"
	"github.com/anchorwatch/anchorwatch/detectors/profile"
)

// The oracle is profile.Quantile, numpy's default, over the values themselves.
func TestHistogramQuantilesAreWithinOnePercent(t *testing.T) {
	value := rapid.OneOf(rapid.Float64Range(0, 1e4), rapid.Float64Range(1e-9, 1e12), rapid.SampledFrom([]float64{0, 1, 64, 1000}))
	rapid.Check(t, func(t *rapid.T) {
		values := rapid.SliceOfN(value, 1, 200).Draw(t, "values")
		var h histogram
		for _, x := range values {
			h.observe(x)
		}
		slices.Sort(values)
		for _, q := range []float64{0, 0.01, 0.5, 0.9, 0.95, 0.99, 1} {
			want := profile.Quantile(values, q)
			if got, ok := h.quantile(q); !ok || math.Abs(got-want) > 0.008*want+1e-12 || got < values[0] || got > values[len(values)-1] {
				t.Fatalf("the %v-quantile is %v, want %v within 0.8 %%", q, got, want)
			}
		}
	})
}

func TestHistogramEnds(t *testing.T) {
	var h histogram
	if _, ok := h.quantile(0.5); ok || h.n != 0 {
		t.Error("an empty histogram has a median")
	}
	for _, x := range []float64{-5, 0, math.NaN(), math.Inf(1), 5e-324, math.MaxFloat64} {
		h.observe(x)
	}
	low, _ := h.quantile(0)
	high, _ := h.quantile(1)
	if h.n != 4 || low != 0 || high != math.MaxFloat64 {
		t.Errorf("%d values from %v to %v, want 4 from 0 to the largest float64", h.n, low, high)
	}
}

func trafficOf(requests []request) *Traffic {
	t := new(Traffic)
	for _, r := range requests {
		t.Observe(r.latency, r.failed)
	}
	return t
}

type request struct {
	latency float64
	failed  bool
}

func TestTrafficMergesAndSurvivesItsEncoding(t *testing.T) {
	one := rapid.Custom(func(t *rapid.T) request {
		latency := rapid.OneOf(rapid.Float64Range(0, 1e5), rapid.Just(math.NaN()))
		return request{latency.Draw(t, "latency"), rapid.Bool().Draw(t, "failed")}
	})
	rapid.Check(t, func(t *rapid.T) {
		requests := rapid.SliceOf(one).Draw(t, "requests")
		cut := rapid.IntRange(0, len(requests)).Draw(t, "cut")
		whole, merged := trafficOf(requests), trafficOf(requests[cut:])
		part := trafficOf(requests[:cut])
		before := part.AppendBinary(nil)
		merged.Merge(part)
		merged.Observe(1, false)
		whole.Observe(1, false)
		encoded := whole.AppendBinary(nil)
		if !slices.Equal(encoded, merged.AppendBinary(nil)) || !slices.Equal(before, part.AppendBinary(nil)) {
			t.Fatal("merging differs from counting all at once, or changed its argument")
		}
		read, err := ReadTraffic(profile.NewReader(encoded))
		if err != nil || !slices.Equal(read.AppendBinary(nil), encoded) {
			t.Fatalf("does not survive its encoding: %v", err)
		}
	})
}

// What no count can be is damaged, and a delay longer than any clock's is the longest.
func TestDamagedTraffic(t *testing.T) {
	for _, traffic := range []Traffic{{requests: 1, errors: 2}, {latency: histogramOf(3)}} {
		if _, err := ReadTraffic(profile.NewReader(traffic.AppendBinary(nil))); err == nil {
			t.Errorf("%+v is read", traffic)
		}
	}
	delays, err := ReadDelays(profile.NewReader((&Delays{histogramOf(1e300)}).AppendBinary(nil)))
	if delay, ok := delays.Quantile(0.5); err != nil || !ok || delay != math.MaxInt64 {
		t.Errorf("1e300 ms: %v, %v", delay, err)
	}
}

func histogramOf(x float64) (h histogram) {
	h.observe(x)
	return h
}

func TestTrafficMeasurements(t *testing.T) {
	var traffic Traffic
	for i := range 1000 {
		traffic.Observe(float64(i+1), i%100 == 0)
	}
	want := map[string]float64{"throughput": 10, "error_rate": 0.01, "latency_p50": 500.5, "latency_p95": 950.05, "latency_p99": 990.01}
	all := traffic.Measurements(100*time.Second, 2)
	for name, value := range want {
		m := find(all, name, "")
		if m == nil || math.Abs(m.Value-value) > 0.01*value || m.N != 1000 {
			t.Errorf("%s is %+v, want %v", name, m, value)
		}
	}
	if m := find(all, "error_rate", ""); *m.NEff != 500 || m.Value != 0.01 {
		t.Errorf("error_rate rests on %v requests, want 500", *m.NEff)
	}
	empty := new(Traffic).Measurements(time.Minute, 1)
	if len(empty) != 2 || empty[0].Value != 0 || empty[1].Status != detectors.Undefined {
		t.Errorf("no requests measured as %+v", empty)
	}
	if all := traffic.Measurements(0, 1); find(all, "throughput", "") != nil {
		t.Error("throughput of a window without length")
	}
}

func TestDelays(t *testing.T) {
	var d Delays
	if _, ok := d.Quantile(0.9); ok || d.Measurements() != nil {
		t.Error("no delays, but a quantile")
	}
	for hour := range 101 {
		d.Observe(time.Duration(hour) * time.Hour)
	}
	got, ok := d.Quantile(0.9)
	if !ok || math.Abs(got.Hours()-90) > 0.9 {
		t.Errorf("the 0.9-quantile is %v, want 90h", got)
	}
	if m := d.Measurements(); len(m) != 1 || m[0].Name != "label_delay_p50" || math.Abs(m[0].Value-180_000) > 1800 || m[0].N != 101 {
		t.Errorf("measured %+v, want 50 hours in seconds", m)
	}
	d.Observe(math.MaxInt64)
	if got, _ := d.Quantile(1); got < 290*365*24*time.Hour {
		t.Errorf("the longest delay is %v", got)
	}
	read, err := ReadDelays(profile.NewReader(d.AppendBinary(nil)))
	if err != nil || read.N() != 102 {
		t.Errorf("read %d delays, %v", read.N(), err)
	}
}

func FuzzReadTraffic(f *testing.F) {
	f.Add(new(Traffic).AppendBinary(nil))
	f.Add(trafficOf([]request{{3, true}, {0, false}, {1e9, false}}).AppendBinary(nil))
	f.Fuzz(func(t *testing.T, b []byte) {
		traffic, err := ReadTraffic(profile.NewReader(b))
		if err != nil {
			return
		}
		for _, m := range traffic.Measurements(time.Hour, 1) {
			if m.Value-m.Value != 0 {
				t.Fatalf("%s is %v", m.Name, m.Value)
			}
		}
		again, err := ReadTraffic(profile.NewReader(traffic.AppendBinary(nil)))
		if err != nil || !slices.Equal(again.AppendBinary(nil), traffic.AppendBinary(nil)) {
			t.Fatalf("does not survive its own encoding: %v", err)
		}
	})
}

func FuzzReadDelays(f *testing.F) {
	var d Delays
	d.Observe(time.Hour)
	f.Add(d.AppendBinary(nil))
	f.Fuzz(func(_ *testing.T, b []byte) {
		if d, err := ReadDelays(profile.NewReader(b)); err == nil {
			d.Quantile(0.9)
		}
	})
}

func BenchmarkTraffic(b *testing.B) {
	r := rand.New(rand.NewPCG(1, 2))
	latencies := make([]float64, 4096)
	for i := range latencies {
		latencies[i] = math.Exp(3 + r.NormFloat64())
	}
	var traffic Traffic
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		traffic.Observe(latencies[i%len(latencies)], false)
	}
	b.ReportMetric(float64(len(traffic.AppendBinary(nil))), "encoded-bytes")
}
