package rules

import "github.com/anchorwatch/anchorwatch/detectors/profile"

// The names of the default rules.
const (
	Collapse      = "collapse"
	CollapseError = "collapse-error"
	// Blind is not judged here: the agent raises it from its own health, when it is cut off from what it should watch
	// (lag that grows, no checkpoint, a surge of refused records). The name is reserved for that notice.
	Blind            = "blind"
	BrokenOutput     = "broken-output"
	BrokenOutputType = "broken-output-type"
	BrokenInput      = "broken-input"
	BrokenInputType  = "broken-input-type"
	ServerErrors     = "server-errors"
	LabelsStopped    = "labels-stopped"
	OutputDrift      = "output-drift"
	InputDrift       = "input-drift"
)

const (
	outputColumns  = profile.PredictionColumn + ", " + profile.ScoreColumn
	featureColumns = "!" + profile.PredictionColumn + ", !" + profile.ScoreColumn
)

// Defaults returns the rules that hold unless users write their own: damage and broken input page, drift alone does not.
// Each asks twice, in two windows that do not overlap, and wants 200 samples, as any rule does by default.
func Defaults() []Rule {
	return []Rule{
		collapse(), collapseError(),
		broken(BrokenOutput, "missing_rate", outputColumns, Page),
		broken(BrokenOutputType, "mismatch_rate", outputColumns, Page),
		broken(BrokenInput, "missing_rate", featureColumns, Warning),
		broken(BrokenInputType, "mismatch_rate", featureColumns, Warning),
		serverErrors(), labelsStopped(),
		drift(OutputDrift, outputColumns, Warning),
		drift(InputDrift, featureColumns, Info),
	}
}

// Collapse (P2): the error has grown by three times what does not matter, and by three and a half standard errors that
// count the correlation of neighbouring rows and the baseline's own uncertainty. The tolerance asks whether it matters,
// z whether it is real; only both together wake somebody and may ask for retraining. The other half of P2, accuracy
// below the majority class, is not judged yet.
func collapse() Rule {
	return Rule{
		Name: Collapse, Measure: "accuracy", Below: MustLimit("baseline - 3*tolerance"),
		Z: new(3.5), Severity: Page, Retrain: true,
	}
}

// The same for regression, where the mean absolute error stands for the error. Its unit is the label's, so the
// tolerance is a quarter of the baseline's error and has no lower end.
func collapseError() Rule {
	return Rule{
		Name: CollapseError, Measure: "mae", Above: MustLimit("baseline + 3*tolerance"),
		Z: new(3.5), Severity: Page, Retrain: true,
	}
}

// Broken input (P4): more than half of a column's values are missing, or of another type, where the baseline has less
// than one in twenty. In an output that pages; in a feature it warns, because not every feature matters.
func broken(name, measure, columns string, severity Severity) Rule {
	return Rule{
		Name: name, Measure: measure, Column: columns, Above: MustLimit("0.5"),
		MaxBaseline: new(0.05), Severity: severity,
	}
}

// Server errors (P5): more than one answer in twenty fails, and five times as many as in the baseline, if that knows.
func serverErrors() Rule {
	return Rule{Name: ServerErrors, Measure: "error_rate", Above: MustLimit("max(0.05, 5 * baseline)"), Severity: Page}
}

// Labels stopped (W1): fewer than half of the predictions have met their label in the time in which labels usually come.
// It does not wait for enough labels, since it is there to miss them.
func labelsStopped() Rule {
	return Rule{Name: LabelsStopped, Measure: "label_coverage", Below: MustLimit("0.5"), Severity: Warning}
}

// Output drift (W2) and input drift (W3): a distribution has moved further than a population stability index of 0.2, and
// further than the measurement's own threshold, which knows the sample sizes and how far the baseline's own windows lie
// apart. A moved output warns; a moved input is a line in a digest.
func drift(name, columns string, severity Severity) Rule {
	return Rule{Name: name, Measure: "psi", Column: columns, Above: MustLimit("max(0.2, threshold)"), Severity: severity}
}
