package prometheus_test

import (
	"bytes"
	"flag"
	"math"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	client "github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil"
	"github.com/prometheus/common/expfmt"
	"github.com/rs/zerolog"

	"github.com/anchorwatch/anchorwatch/detectors"
	"github.com/anchorwatch/anchorwatch/detectors/profile"
	"github.com/anchorwatch/anchorwatch/rules"
	"github.com/anchorwatch/anchorwatch/sinks"
	"github.com/anchorwatch/anchorwatch/sinks/prometheus"
	"github.com/anchorwatch/anchorwatch/sinks/sinktest"
)

var update = flag.Bool("update", false, "rewrite the golden files")

func registered(t *testing.T, options prometheus.Options) (*prometheus.Exporter, *client.Registry) {
	t.Helper()
	exporter, registry := prometheus.New(options), client.NewPedanticRegistry()
	if err := registry.Register(exporter); err != nil {
		t.Fatal(err)
	}
	return exporter, registry
}

func write(t *testing.T, exporter *prometheus.Exporter, reports ...detectors.Report) {
	t.Helper()
	for _, report := range reports {
		if err := exporter.Write(t.Context(), report); err != nil {
			t.Fatal(err)
		}
	}
}

// TestSuite holds the exporter to the sinks' contract, and every report to a scrape that a pedantic registry accepts.
func TestSuite(t *testing.T) {
	sinktest.Suite(t, func(t *testing.T) sinks.Sink {
		t.Helper()
		exporter, registry := registered(t, prometheus.Options{})
		t.Cleanup(func() { gather(t, registry) })
		return exporter
	})
}

// gather returns every series of our own as name{label="value",…} → value, counts of a histogram under its name.
func gather(t *testing.T, registry *client.Registry) map[string]float64 {
	t.Helper()
	families, err := registry.Gather()
	if err != nil {
		t.Fatalf("gather: %v", err)
	}
	series := make(map[string]float64)
	for _, family := range families {
		for _, m := range family.GetMetric() {
			var labels []string
			for _, label := range m.GetLabel() {
				labels = append(labels, label.GetName()+"="+label.GetValue())
			}
			value := m.GetGauge().GetValue() + m.GetCounter().GetValue() + float64(m.GetHistogram().GetSampleCount())
			series[strings.TrimPrefix(family.GetName(), prometheus.Prefix)+"{"+strings.Join(labels, ",")+"}"] = value
		}
	}
	return series
}

// full moves every metric of the catalogue.
func full(t *testing.T, e *prometheus.Exporter) {
	t.Helper()
	e.SetModels([]prometheus.Model{{
		Name: "fraud", Version: "3", Task: "binary", Rules: 2,
		BaselineCreated: time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC), BaselineSamples: 5000,
	}})
	write(t, e, everyMeasure(detectors.Closed), everyMeasure(detectors.Drift), everyMeasure(detectors.Performance))
	e.SetRules([]prometheus.RuleState{
		{Model: "fraud", Rule: "range", State: rules.OK, Value: 0.1, Threshold: 0.5, Evaluated: sinktest.Start},
		{Model: "fraud", Rule: "range", State: rules.Firing, Value: 0.75, Threshold: 0.5, Evaluated: sinktest.Start},
	})
	e.SetRetrains([]prometheus.RetrainState{{Model: "fraud", State: "running", Requested: sinktest.Start, Eligible: sinktest.Start.Add(7 * 24 * time.Hour)}})
	e.SetIncidents([]prometheus.Incident{{Model: "fraud", Severity: rules.Page}})
	e.SetPositions(prometheus.Positions{Generation: 4, Partitions: []prometheus.Partition{
		{Topic: "predictions", Number: 0, Next: 90, HighWatermark: 100, Lag: 3 * time.Second, Watermark: sinktest.Start.Add(time.Hour)},
		{Topic: "predictions", Number: 1, Next: 80, HighWatermark: 80, Watermark: sinktest.Start},
		{Topic: "predictions", Number: 2, HighWatermark: -1, Watermark: profile.Dawn},
	}})
	count(e)
}

func everyMeasure(phase detectors.Phase) detectors.Report {
	report := sinktest.Report(phase)
	report.Complete = phase != detectors.Closed
	add := func(name, column, class string, value float64) {
		report.Measurements = append(report.Measurements, detectors.Measurement{
			Name: name, Column: column, Class: class, Value: value, PValue: new(0.01), Status: detectors.OK,
		})
	}
	for _, name := range []string{"ks", "chi2", "jensen_shannon", "wasserstein_normalized", "unseen_rate", "out_of_range_rate"} {
		add(name, "income", "", 0.4)
	}
	add("hellinger", "income", "", 0.4)
	add("mean_shift", profile.ScoreColumn, "", -0.6)
	add("mean_shift", profile.PredictionColumn, "", 0.5)
	add("ks", profile.ScoreColumn, "", 0.2)
	add("ks", profile.PredictionColumn, "", 0.3)
	for _, name := range []string{"roc_auc", "average_precision", "log_loss", "brier", "mae", "rmse", "mean_error", "r2"} {
		add(name, "", "", 0.5)
	}
	for _, name := range []string{"precision", "recall", "f1"} {
		add(name, "", "macro", 0.6)
	}
	add("precision", "", "", 0.7)
	return report
}

func count(e *prometheus.Exporter) {
	for _, c := range []prometheus.Count{e.Predictions, e.PredictionErrors, e.PredictionsLabeled, e.PredictionsCorrect} {
		c.Add(7, "fraud", "3")
	}
	for _, c := range []prometheus.Count{e.Labels, e.LabelsMatched, e.WindowRevisions, e.RetrainRequests} {
		c.Add(1, "fraud")
	}
	for _, c := range []prometheus.Count{e.Rebalances, e.Commits, e.CommitsFailed, e.Checkpoints, e.CheckpointsFailed} {
		c.Add(1)
	}
	for _, c := range []prometheus.Count{e.Messages, e.MessageBytes, e.MessagesLost} {
		c.Add(1, "predictions")
	}
	for _, c := range []prometheus.Count{e.LateEvents, e.TooLateEvents} {
		c.Add(1, "fraud", "prediction")
	}
	e.EventsRejected.Add(2, "prediction", "bad_json")
	e.EventsFuture.Add(1, "label")
	e.LabelsUnmatched.Add(1, "fraud", "unknown_id")
	e.RetrainsFailed.Add(1, "fraud", "timeout")
	e.RetrainsSuppressed.Add(1, "fraud", "cooldown")
	e.Notifications.Add(1, "slack", "oncall")
	e.NotificationsFailed.Add(1, "slack", "oncall", "http_4xx")
	e.SinkErrors.Add(1, "file")
	e.SeriesLimitExceeded.Add(1, "features")
	e.LastEvent.Set(1.7e9, "fraud", "prediction")
	e.JoinPending.Set(12)
	e.PredictionsUnlabeled.Add(7)
	for _, l := range []prometheus.Level{e.JoinBytes, e.OutboxEntries, e.OutboxOldest, e.Ready, e.CheckpointLastSuccess, e.CheckpointInterval, e.CheckpointSize} {
		l.Set(1)
	}
	e.PredictionLatency.Observe(8*time.Millisecond, "fraud", "3")
	e.LabelDelay.Observe(24*time.Hour, "fraud")
	e.CheckpointDuration.Observe(12 * time.Millisecond)
	e.RestoreDuration.Observe(2*time.Second, "local")
}

// TestExposition pins what a scrape looks like, to the byte.
func TestExposition(t *testing.T) {
	exporter, _ := registered(t, prometheus.Options{})
	full(t, exporter)
	var all []string
	for _, m := range prometheus.Catalogue() {
		all = append(all, m.FullName())
	}
	got, err := testutil.CollectAndFormat(exporter, expfmt.TypeTextPlain, all...)
	if err != nil {
		t.Fatal(err)
	}
	const path = "testdata/metrics.prom"
	if *update {
		if err := os.WriteFile(path, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("the exposition differs from %s (rewrite with -update):\n%s", path, got)
	}
}

// TestCatalogueIsWhatIsExported compares the families of a full scrape with the catalogue: names, types, labels, help.
func TestCatalogueIsWhatIsExported(t *testing.T) {
	exporter, registry := registered(t, prometheus.Options{})
	full(t, exporter)
	families, err := registry.Gather()
	if err != nil {
		t.Fatal(err)
	}
	exported := make(map[string]bool)
	for _, family := range families {
		exported[family.GetName()] = true
		i := slices.IndexFunc(prometheus.Catalogue(), func(m prometheus.Metric) bool { return m.FullName() == family.GetName() })
		if i < 0 {
			t.Errorf("%s is exported but not in the catalogue", family.GetName())
			continue
		}
		m := prometheus.Catalogue()[i]
		if got := strings.ToLower(family.GetType().String()); got != string(m.Type) {
			t.Errorf("%s is a %s, the catalogue says %s", m.Name, got, m.Type)
		}
		var got []string
		for _, label := range family.GetMetric()[0].GetLabel() {
			got = append(got, label.GetName())
		}
		if want := slices.Sorted(slices.Values(m.Labels)); !slices.Equal(got, want) {
			t.Errorf("%s has the labels %v, the catalogue says %v", m.Name, got, want)
		}
	}
	for _, m := range prometheus.Catalogue() {
		if !exported[m.FullName()] {
			t.Errorf("%s is in the catalogue but nothing exports it", m.Name)
		}
	}
	problems, err := testutil.GatherAndLint(registry)
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range problems {
		t.Errorf("%s: %s", p.Metric, p.Text)
	}
}

// TestCatalogueKeepsTheRules checks what no linter knows: the closed vocabulary of labels, full stops, unit suffixes.
func TestCatalogueKeepsTheRules(t *testing.T) {
	vocabulary := strings.Fields(`model version window feature class stream reason topic partition rule state severity
		integration receiver source dimension task measure`)
	seen := make(map[string]bool)
	for _, m := range prometheus.Catalogue() {
		if seen[m.Name] {
			t.Errorf("%s stands twice", m.Name)
		}
		seen[m.Name] = true
		if !strings.HasSuffix(m.Help, ".") {
			t.Errorf("%s: help %q ends without a full stop", m.Name, m.Help)
		}
		for _, label := range m.Labels {
			if !slices.Contains(vocabulary, label) {
				t.Errorf("%s: label %s is not in the vocabulary", m.Name, label)
			}
		}
		base, total := strings.CutSuffix(m.Name, "_total")
		if (m.Type == prometheus.Counter) != total {
			t.Errorf("%s is a %s: counters, and only they, end in _total", m.Name, m.Type)
		}
		if (m.Unit == "seconds" || m.Unit == "bytes") && !strings.HasSuffix(base, "_"+m.Unit) {
			t.Errorf("%s is measured in %s and does not say so", m.Name, m.Unit)
		}
		if m.Type == prometheus.Gauge && seen[m.Name+"_total"] {
			t.Errorf("%s: OpenMetrics takes that name for the counter", m.Name)
		}
	}
}

// TestRemovedModelLeavesNothing is the bug that long-lived gauges have.
func TestRemovedModelLeavesNothing(t *testing.T) {
	exporter, registry := registered(t, prometheus.Options{})
	full(t, exporter)
	if !mentions(gather(t, registry), "fraud") {
		t.Fatal("no series of the model to begin with")
	}
	exporter.SetModels(nil)
	exporter.SetRules(nil)
	exporter.SetRetrains(nil)
	exporter.SetPositions(prometheus.Positions{})
	for series := range gather(t, registry) {
		if strings.Contains(series, "fraud") || strings.Contains(series, "partition=") {
			t.Errorf("%s is left", series)
		}
	}
}

// TestRemovedVersionLeavesItsModel keeps the model's own series when one version goes.
func TestRemovedVersionLeavesItsModel(t *testing.T) {
	exporter, registry := registered(t, prometheus.Options{})
	full(t, exporter)
	write(t, exporter, ofVersion("4"))
	exporter.Predictions.Add(1, "fraud", "4")
	exporter.SetModels([]prometheus.Model{{Name: "fraud", Version: "4", Task: "binary"}})
	series := gather(t, registry)
	for _, want := range []string{"predictions_total{model=fraud,version=4}", "labels_total{model=fraud}", "window_ready{model=fraud,version=4,window=1h}"} {
		if _, ok := series[want]; !ok {
			t.Errorf("%s is gone", want)
		}
	}
	if mentions(series, "version=3") {
		t.Error("version 3 is left")
	}
}

func ofVersion(version string) detectors.Report {
	report := sinktest.Report(detectors.Drift)
	report.Key.Version = version
	return report
}

func mentions(series map[string]float64, part string) bool {
	for name := range series {
		if strings.Contains(name, part) {
			return true
		}
	}
	return false
}

// TestUnjudged shows a window that could not be judged: it is not ready, says how many rows it had, and shows no number,
// neither its own nor that of the window before.
func TestUnjudged(t *testing.T) {
	exporter, registry := registered(t, prometheus.Options{})
	unjudged := sinktest.Report(detectors.Drift)
	unjudged.Key.Start, unjudged.Key.End = unjudged.Key.End, unjudged.Key.End.Add(time.Hour)
	unjudged.Judged, unjudged.Samples = false, 3
	write(t, exporter, sinktest.Report(detectors.Drift), unjudged)
	series := gather(t, registry)
	if got := series["window_samples{model=fraud,stream=prediction,version=3,window=1h}"]; got != 3 {
		t.Errorf("window_samples = %v, want 3", got)
	}
	if got, ok := series["window_ready{model=fraud,version=3,window=1h}"]; !ok || got != 0 {
		t.Errorf("window_ready = %v, %v, want 0", got, ok)
	}
	if mentions(series, "feature_drift") || mentions(series, "features_") {
		t.Error("a window that is not ready shows drift")
	}
}

func TestStatusesOtherThanOKAreAbsent(t *testing.T) {
	for _, status := range []detectors.Status{detectors.Insufficient, detectors.Undefined, detectors.NoBaseline} {
		exporter, registry := registered(t, prometheus.Options{})
		for _, phase := range []detectors.Phase{detectors.Drift, detectors.Performance} {
			report := sinktest.Report(phase)
			for i := range report.Measurements {
				report.Measurements[i].Status = status
			}
			write(t, exporter, report)
		}
		series := gather(t, registry)
		if mentions(series, "feature_") || mentions(series, "performance_accuracy") || mentions(series, "prediction_drift") {
			t.Errorf("status %s is exported: %v", status, series)
		}
	}
}

func TestNotANumberIsAbsent(t *testing.T) {
	exporter, registry := registered(t, prometheus.Options{})
	report := sinktest.Report(detectors.Drift)
	report.Measurements[0].Value = math.NaN()
	write(t, exporter, report)
	for name, value := range gather(t, registry) {
		if math.IsNaN(value) {
			t.Errorf("%s is NaN", name)
		}
	}
}

// TestNewestWins plays reports out of order: an older window or revision never replaces a newer one.
func TestNewestWins(t *testing.T) {
	at := func(hours, revision int, samples uint64) detectors.Report {
		report := sinktest.Report(detectors.Drift)
		report.Key.Start = report.Key.Start.Add(time.Duration(hours) * time.Hour)
		report.Key.End = report.Key.Start.Add(time.Hour)
		report.Revision, report.Samples = revision, samples
		return report
	}
	exporter, registry := registered(t, prometheus.Options{})
	write(t, exporter, at(1, 0, 10), at(1, 2, 12), at(1, 1, 11), at(0, 5, 5))
	if got := gather(t, registry)["window_samples{model=fraud,stream=prediction,version=3,window=1h}"]; got != 12 {
		t.Errorf("window_samples = %v, want those of revision 2 of the later window, 12", got)
	}
}

func TestSegmentsStayOut(t *testing.T) {
	exporter, registry := registered(t, prometheus.Options{})
	write(t, exporter, sinktest.Reports()["segment"])
	if series := gather(t, registry); mentions(series, "fraud") {
		t.Errorf("a segment is exported: %v", series)
	}
}

func TestWorstSubjectSpeaksForTheRule(t *testing.T) {
	exporter, registry := registered(t, prometheus.Options{})
	state := func(s rules.State, value float64) prometheus.RuleState {
		return prometheus.RuleState{Model: "m", Rule: "r", State: s, Value: value, Threshold: 1, Evaluated: sinktest.Start}
	}
	exporter.SetRules([]prometheus.RuleState{state(rules.OK, 0.1), state(rules.Pending, 2), state(rules.Insufficient, 0), state(rules.Pending, 3)})
	series := gather(t, registry)
	for want, value := range map[string]float64{
		"rule_state{model=m,rule=r,state=pending}": 1, "rule_state{model=m,rule=r,state=ok}": 0,
		"rule_state{model=m,rule=r,state=insufficient}": 0, "rule_state{model=m,rule=r,state=firing}": 0,
		"rule_value{model=m,rule=r}": 2,
	} {
		if got, ok := series[want]; !ok || got != value {
			t.Errorf("%s = %v, %v, want %v", want, got, ok, value)
		}
	}
}

// TestOutputIsTheWorseOfAnswerAndScore pins what one number for two columns means.
func TestOutputIsTheWorseOfAnswerAndScore(t *testing.T) {
	exporter, registry := registered(t, prometheus.Options{})
	write(t, exporter, everyMeasure(detectors.Drift))
	series := gather(t, registry)
	if got := series["prediction_drift_ks_statistic{model=fraud,version=3,window=1h}"]; got != 0.3 {
		t.Errorf("prediction_drift_ks_statistic = %v, want the larger, 0.3", got)
	}
	if got := series["feature_drift_threshold_ratio{feature=income,model=fraud,version=3,window=1h}"]; got < 1.5499 || got > 1.5501 {
		t.Errorf("threshold ratio = %v, want 0.31 / 0.2", got)
	}
	if got := series["features_drifted{model=fraud,version=3,window=1h}"]; got != 1 {
		t.Errorf("features_drifted = %v, want 1: the output is no feature", got)
	}
}

// TestLargestRatioSpeaksForTheFeature gives one feature two statistics with thresholds, in both orders.
func TestLargestRatioSpeaksForTheFeature(t *testing.T) {
	psi := detectors.Measurement{Name: "psi", Column: "age", Value: 0.3, Threshold: new(0.2), Status: detectors.OK}
	js := detectors.Measurement{Name: "jensen_shannon", Column: "age", Value: 0.05, Threshold: new(0.1), Status: detectors.OK}
	for _, order := range [][]detectors.Measurement{{psi, js}, {js, psi}} {
		exporter, registry := registered(t, prometheus.Options{})
		report := sinktest.Report(detectors.Drift)
		report.Measurements = order
		write(t, exporter, report)
		got := gather(t, registry)["feature_drift_threshold_ratio{feature=age,model=fraud,version=3,window=1h}"]
		if math.Abs(got-1.5) > 1e-12 {
			t.Errorf("threshold ratio = %v, want the larger, 1.5", got)
		}
	}
}

// TestMeasuresOnRequestStandAlone gives a feature a measure on request, far beyond its threshold: it has a series of its
// own, and verdict and ratio stay those of the measures that every model has.
func TestMeasuresOnRequestStandAlone(t *testing.T) {
	exporter, registry := registered(t, prometheus.Options{})
	report := sinktest.Report(detectors.Drift)
	report.Measurements = []detectors.Measurement{
		{Name: "psi", Column: "age", Value: 0.1, Threshold: new(0.2), Drifted: new(false), Status: detectors.OK},
		{Name: "welch_t", Column: "age", Value: -7.5, Threshold: new(2.5), Drifted: new(true), Status: detectors.OK},
		{Name: "tvd", Column: "age", Status: detectors.Insufficient},
	}
	write(t, exporter, report)
	series := gather(t, registry)
	for name, want := range map[string]float64{
		"feature_drift_value{feature=age,measure=welch_t,model=fraud,version=3,window=1h}": -7.5,
		"feature_drift_threshold_ratio{feature=age,model=fraud,version=3,window=1h}":       0.5,
		"features_drifted{model=fraud,version=3,window=1h}":                                0,
	} {
		if got, ok := series[name]; !ok || got != want {
			t.Errorf("%s = %v (%v), want %v", name, got, ok, want)
		}
	}
	if mentions(series, "measure=tvd") {
		t.Error("an insufficient measure is exported")
	}
}

// TestLimits floods the exporter with names: the number of series stays, totals stay right, one warning names the cap.
func TestLimits(t *testing.T) {
	var log bytes.Buffer
	exporter, registry := registered(t, prometheus.Options{
		Limits: prometheus.Limits{Models: 2, VersionsPerModel: 2, FeaturesPerModel: 3}, Logger: zerolog.New(&log),
	})
	for i := range 1000 {
		name := strings.Repeat("x", i%10) + string(rune('a'+i%26))
		exporter.Predictions.Add(1, name, "1")
		exporter.Predictions.Add(1, "a", name)
		report := ofVersion(name)
		report.Key.Model, report.Measurements[0].Column = name, name
		write(t, exporter, report)
	}
	total, models := 0.0, make(map[string]bool)
	for name, value := range gather(t, registry) {
		if strings.HasPrefix(name, "predictions_total") {
			total += value
			models[name] = true
		}
	}
	if total != 2000 {
		t.Errorf("predictions add up to %v, want 2000", total)
	}
	if len(models) > 7 { // two models of two versions, each model's other, and other/other
		t.Errorf("%d series of predictions_total, want at most 7: %v", len(models), models)
	}
	for _, want := range []string{"{model=other,version=other}", "{model=a,version=other}"} {
		if !models["predictions_total"+want] {
			t.Errorf("no predictions_total%s: %v", want, models)
		}
	}
	if got := len(gather(t, registry)); got > 200 {
		t.Errorf("%d series, want a bounded number", got)
	}
	if got := strings.Count(log.String(), "metrics limit reached"); got < 2 || got > 3 {
		t.Errorf("%d warnings, want one a dimension:\n%s", got, log.String())
	}
}
