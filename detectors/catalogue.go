package detectors

import "math"

// Entry describes one measurement name. The same name stands in metrics, rules, JSON, Slack and pages, and
// docs/measurements.md is generated from these entries.
type Entry struct {
	Name    string
	Meaning string // one line, a sentence without its end
	Unit    string // empty for a plain number
	// Low and High bound the value; ±Inf where there is no bound.
	Low, High float64
	AppliesTo string
	// Batch and Stream say how sure the value is: in compare, which holds values, and in the agent, which holds counts.
	Batch, Stream Precision
	// Baseline is what the measurement is compared with.
	Baseline string
}

// Precision says how a value relates to the exact one.
type Precision string

// The precisions.
const (
	Exact     Precision = "exact"
	Certified Precision = "certified" // within bounds that are stated beside it
	Estimated Precision = "estimated"
	Absent    Precision = "" // not measured there
)

// What measurements apply to.
const (
	ofNumeric     = "numeric columns"
	ofCategorical = "categorical and boolean columns"
	ofBoth        = "numeric, categorical and boolean columns"
	ofAll         = "all columns"
	ofFeatures    = "numeric, categorical and boolean features together"
	ofClasses     = "classification"
	ofBinary      = "binary and multiclass scores"
	ofPositive    = "binary scores"
	ofMulticlass  = "multiclass probabilities"
	ofRegression  = "regression"
	ofRequests    = "predictions"
	ofLabels      = "labels"
	ofScores      = "classification with scores, without labels"
	ofGroups      = "groups of a protected attribute"
	ofAllGroups   = "all groups of a protected attribute"
)

// What measurements are compared with.
const (
	againstProfile     = "the baseline's distribution"
	againstShare       = "the baseline's own share"
	againstOwnBlocks   = "stretches of the baseline itself"
	againstPerformance = "the baseline's own value"
	againstNothing     = "nothing: a level"
)

var inf = math.Inf(1)

// catalogue is the one list of all measurement names, in printing order.
var catalogue = []Entry{
	{"psi", "population stability index over the baseline's deciles, heavy values in bins of their own, or over categories: 0 is no change, 0.1 some, 0.2 much", "", 0, inf, ofBoth, Exact, Exact, againstProfile},
	{"psi@deciles", "population stability index over the distinct deciles without the outermost: many tools' definition, blind to drift of constants", "", 0, inf, ofBoth, Exact, Exact, againstProfile},
	{"psi@inner", "population stability index over the distinct inner deciles, even where they equal the minimum or maximum", "", 0, inf, ofBoth, Exact, Exact, againstProfile},
	{"ks", "Kolmogorov-Smirnov distance: the largest gap between the two distribution functions", "", 0, 1, ofNumeric, Exact, Certified, againstProfile},
	{"chi2", "statistic of Pearson's chi-square test that both samples have the same shares of categories, without Yates's correction", "", 0, inf, ofCategorical, Exact, Exact, againstProfile},
	{"jensen_shannon", "Jensen-Shannon distance (square root, base 2) over the bins of psi or over categories", "", 0, 1, ofBoth, Exact, Exact, againstProfile},
	{"wasserstein", "first Wasserstein distance: the mean way a value must be moved to turn one sample into the other", "the column's own", 0, inf, ofNumeric, Exact, Absent, againstProfile},
	{"wasserstein_normalized", "first Wasserstein distance in standard deviations of the baseline", "standard deviations", 0, inf, ofNumeric, Exact, Estimated, againstProfile},
	{"hellinger", "Hellinger distance over the bins of psi or over categories", "", 0, 1, ofBoth, Exact, Exact, againstProfile},
	{"tvd", "total variation distance over the bins of psi or over categories: the share of rows that would have to change its bin", "", 0, 1, ofBoth, Exact, Exact, againstProfile},
	{"linf", "largest difference of the shares of one bin of psi or of one category", "", 0, 1, ofBoth, Exact, Exact, againstProfile},
	{"kl", "Kullback-Leibler divergence of the window from the baseline, over the bins of psi or over categories, shares floored at 1e-4 and scaled to sum to 1", "nats", 0, inf, ofBoth, Exact, Exact, againstProfile},
	{"g_test", "statistic of the likelihood-ratio test that both samples have the same shares of categories", "", 0, inf, ofCategorical, Exact, Exact, againstProfile},
	{"cramers_v", "Cramér's V: the root of chi2 over all rows of both samples, without correction for bias", "", 0, 1, ofCategorical, Exact, Exact, againstProfile},
	{"energy_distance", "energy distance: the root of twice the integral of the squared gap of the distribution functions", "the root of the column's own", 0, inf, ofNumeric, Exact, Absent, againstProfile},
	{"welch_t", "Welch's t, the baseline's mean less the window's in standard errors: below 0 the mean has grown", "standard errors", -inf, inf, ofNumeric, Exact, Exact, againstProfile},
	{"mann_whitney", "Mann and Whitney's U of the baseline: pairs in which its value is the greater, equal ones counted half", "pairs", 0, inf, ofNumeric, Exact, Absent, againstProfile},
	{"anderson_darling", "Anderson and Darling's statistic of two samples, with midranks, standardised by Scholz and Stephens: 0 is what chance expects", "", -inf, inf, ofNumeric, Exact, Absent, againstProfile},
	{"cramer_von_mises", "Cramér and von Mises's statistic of two samples; not valid for many equal values", "", -inf, inf, ofNumeric, Exact, Absent, againstProfile},
	{"mean_shift", "the window's mean less the baseline's, in standard deviations of the baseline", "standard deviations", -inf, inf, ofNumeric, Exact, Exact, againstProfile},
	{"std_shift", "the window's standard deviation relative to the baseline's, less 1: 0 is no change, 1 twice as wide, -1 constant", "", -1, inf, ofNumeric, Exact, Exact, againstProfile},
	{"chi2@yates", "chi2 with Yates's continuity correction where there are two categories, as SciPy has it unless told otherwise", "", 0, inf, ofCategorical, Exact, Exact, againstProfile},
	{"psi@evidently", "psi as Evidently: equal widths by Sturges over both samples, or one cell per value, empty cells replaced by 1e-4", "", 0, inf, ofBoth, Exact, Absent, againstProfile},
	{"psi@deepchecks", "psi as Deepchecks: over categories, shares floored at 0.01", "", 0, inf, ofCategorical, Exact, Exact, againstProfile},
	{"jensen_shannon@evidently", "Jensen-Shannon distance as Evidently: the cells of psi@evidently, natural logarithms", "", 0, 1, ofBoth, Exact, Absent, againstProfile},
	{"jensen_shannon@nannyml", "Jensen-Shannon distance as NannyML: Doane's bins of the baseline and one for what lies outside, or categories, logarithms to base 2", "", 0, 1, ofBoth, Exact, Absent, againstProfile},
	{"hellinger@nannyml", "Hellinger distance over the bins of jensen_shannon@nannyml", "", 0, 1, ofBoth, Exact, Absent, againstProfile},
	{"ks@nannyml", "Kolmogorov-Smirnov distance as NannyML: at the ends of 10,000 equal widths from 10,000 values of the baseline on", "", 0, 1, ofNumeric, Exact, Absent, againstProfile},
	{"wasserstein@nannyml", "first Wasserstein distance as NannyML: over 10,000 equal widths from 10,000 values of the baseline on", "the column's own", 0, inf, ofNumeric, Exact, Absent, againstProfile},
	{"chi2@evidently", "chi2 as Evidently: a test of goodness of fit that takes the baseline's shares for the truth", "", 0, inf, ofCategorical, Exact, Absent, againstProfile},
	{"missing_rate", "share of rows without a value: null, NaN, or no such key", "share", 0, 1, ofAll, Exact, Exact, againstShare},
	{"unseen_rate", "share of values that the baseline never had", "share", 0, 1, ofCategorical, Exact, Exact, "the share of values that the baseline had only once"},
	{"out_of_range_rate", "share of finite values outside the baseline's minimum and maximum", "share", 0, 1, ofNumeric, Exact, Exact, "chance: 2/(m+1) for a baseline of m values"},
	{"mismatch_rate", "share of values of another type than the column's, such as a string in a numeric column", "share", 0, 1, ofBoth, Exact, Exact, againstShare},

	{"pca_reconstruction_error", "mean distance of the rows from the space of the principal components that explain 65 % of the baseline's variance: rises when features stop hanging together as they did, falls when they vary less", "standard deviations of the features", 0, inf, ofFeatures, Exact, Absent, againstOwnBlocks},
	{"mmd", "squared maximum mean discrepancy, unbiased: how far the joint distribution of the features is from the baseline's, by a Gaussian kernel of random Fourier features; may be below 0 by chance", "", -2, 4, ofFeatures, Estimated, Absent, againstProfile},
	{"domain_classifier_auc", "area under the ROC curve of a classifier that tells rows of the window from rows of the baseline by their features, out of fold: 0.5 is no difference, 1 none in common", "", 0, 1, ofFeatures, Estimated, Absent, "chance"},

	{"accuracy", "share of labelled predictions that were right", "share", 0, 1, ofClasses, Exact, Exact, againstPerformance},
	{"precision", "share of predictions of a class that were right; 0 and undefined if it was never predicted", "share", 0, 1, ofClasses, Exact, Exact, againstPerformance},
	{"recall", "share of a class's labels that were predicted; 0 and undefined if there were none", "share", 0, 1, ofClasses, Exact, Exact, againstPerformance},
	{"f1", "harmonic mean of precision and recall", "share", 0, 1, ofClasses, Exact, Exact, againstPerformance},
	{"specificity", "share of the labels of other classes that were not predicted as this class", "share", 0, 1, ofClasses, Exact, Exact, againstPerformance},
	{"f2", "F measure that counts recall four times as much as precision", "share", 0, 1, ofClasses, Exact, Absent, againstPerformance},
	{"f0.5", "F measure that counts recall a quarter as much as precision", "share", 0, 1, ofClasses, Exact, Absent, againstPerformance},
	{"balanced_accuracy", "mean recall over the classes present in the labels", "share", 0, 1, ofClasses, Exact, Exact, againstPerformance},
	{"mcc", "Matthews's correlation coefficient of predictions and labels, for any number of classes; undefined if either is all of one class", "", -1, 1, ofClasses, Exact, Exact, againstPerformance},
	{"kappa", "Cohen's kappa: agreement of predictions and labels beyond what their shares alone would give", "", -1, 1, ofClasses, Exact, Exact, againstPerformance},
	{"top_k_accuracy", "share of labels among the k most probable classes (2 unless set); of equal probabilities the later class counts as the more probable one", "share", 0, 1, ofMulticlass, Exact, Absent, againstPerformance},
	{"cost", "mean cost of a row by the cost matrix given", "that of the costs", -inf, inf, ofClasses, Exact, Absent, againstPerformance},
	{"roc_auc", "probability that a positive's score is above a negative's, ties counted half", "", 0, 1, ofBinary, Exact, Certified, againstPerformance},
	{"gini", "2 roc_auc - 1", "", -1, 1, ofPositive, Exact, Certified, againstPerformance},
	{"ks_separation", "largest difference of true and false positive rate over all thresholds", "", 0, 1, ofPositive, Exact, Certified, againstPerformance},
	{"lift", "share of positives in the tenth of rows (unless set) with the highest scores, over their share in all; rows tied at the cut count in part", "", 0, inf, ofPositive, Exact, Absent, againstPerformance},
	{"average_precision", "precision averaged over the steps of recall as the score's threshold falls", "", 0, 1, ofBinary, Exact, Estimated, againstPerformance},
	{"log_loss", "mean negative logarithm of the probability given to the truth, clipped at 2.22e-16", "nats", 0, inf, ofBinary, Exact, Exact, againstPerformance},
	{"brier", "mean squared difference between the score and the truth", "", 0, 2, ofBinary, Exact, Exact, againstPerformance},
	{"calibration_error", "expected calibration error: mean difference, over 15 bins of equal width weighted by rows, of the probability given and the share that came true; of a multiclass model the most probable class's", "", 0, 1, ofBinary, Exact, Estimated, againstPerformance},
	{"max_calibration_error", "largest such difference in any bin; mostly chance where bins have few rows", "", 0, 1, ofBinary, Exact, Absent, againstPerformance},
	{"mae", "mean absolute error", "the label's own", 0, inf, ofRegression, Exact, Exact, againstPerformance},
	{"mse", "mean squared error", "the label's own, squared", 0, inf, ofRegression, Exact, Exact, againstPerformance},
	{"rmse", "square root of the mean squared error", "the label's own", 0, inf, ofRegression, Exact, Exact, againstPerformance},
	{"mean_error", "mean of prediction less label: above 0 the model predicts too much", "the label's own", -inf, inf, ofRegression, Exact, Exact, againstPerformance},
	{"r2", "share of the labels' variance that the predictions explain; below 0 the labels' mean would do better", "", -inf, 1, ofRegression, Exact, Exact, againstPerformance},

	{"median_absolute_error", "median of the absolute errors", "the label's own", 0, inf, ofRegression, Exact, Absent, againstPerformance},
	{"mape", "mean of |error|/|label|, the label being 2.22e-16 at least: one label of 0 makes it absurdly large", "share", 0, inf, ofRegression, Exact, Absent, againstPerformance},
	{"smape", "mean of 2|error|/(|label| + |prediction|), 0 where both are 0", "share", 0, 2, ofRegression, Exact, Absent, againstPerformance},
	{"rmsle", "root of the mean squared difference of ln(1 + x); undefined if a label or a prediction is -1 or less", "", 0, inf, ofRegression, Exact, Absent, againstPerformance},
	{"quantile_loss", "mean pinball loss: alpha times what a prediction is too low, 1 - alpha times what it is too high (alpha is 0.5 unless set)", "the label's own", 0, inf, ofRegression, Exact, Absent, againstPerformance},
	{"within_tolerance", "share of predictions off by no more than the tolerance (a tenth of the label unless set)", "share", 0, 1, ofRegression, Exact, Absent, againstPerformance},
	{"estimated_accuracy", "share of predictions that the scores expect to be right, without labels", "share", 0, 1, ofScores, Estimated, Absent, againstPerformance},
	{"estimated_precision", "precision that the scores expect", "share", 0, 1, ofScores, Estimated, Absent, againstPerformance},
	{"estimated_recall", "recall that the scores expect", "share", 0, 1, ofScores, Estimated, Absent, againstPerformance},
	{"estimated_f1", "F1 that the scores expect", "share", 0, 1, ofScores, Estimated, Absent, againstPerformance},
	{"estimated_specificity", "specificity that the scores expect", "share", 0, 1, ofScores, Estimated, Absent, againstPerformance},
	{"estimated_roc_auc", "ROC AUC that the scores expect", "", 0, 1, ofScores, Estimated, Absent, againstPerformance},
	{"estimated_average_precision", "average precision that the scores expect", "", 0, 1, ofScores, Estimated, Absent, againstPerformance},

	{"selection_rate", "share of predictions of the positive class", "share", 0, 1, ofGroups, Exact, Absent, againstPerformance},
	{"true_positive_rate", "share of positive labels that were predicted; 0 and undefined if there were none", "share", 0, 1, ofGroups, Exact, Absent, againstPerformance},
	{"false_positive_rate", "share of negative labels that were predicted as positive", "share", 0, 1, ofGroups, Exact, Absent, againstPerformance},
	{"false_negative_rate", "share of positive labels that were predicted as negative", "share", 0, 1, ofGroups, Exact, Absent, againstPerformance},
	{"true_negative_rate", "share of negative labels that were predicted as negative", "share", 0, 1, ofGroups, Exact, Absent, againstPerformance},
	{"demographic_parity_difference", "highest less lowest selection rate of a group", "share", 0, 1, ofAllGroups, Exact, Absent, againstPerformance},
	{"demographic_parity_ratio", "lowest selection rate of a group over the highest", "", 0, 1, ofAllGroups, Exact, Absent, againstPerformance},
	{"disparate_impact", "the same as demographic_parity_ratio: below 0.8 it fails the four-fifths rule", "", 0, 1, ofAllGroups, Exact, Absent, againstPerformance},
	{"equalized_odds_difference", "the larger of the differences of true and of false positive rates", "share", 0, 1, ofAllGroups, Exact, Absent, againstPerformance},
	{"equalized_odds_ratio", "the smaller of the ratios of true and of false positive rates", "", 0, 1, ofAllGroups, Exact, Absent, againstPerformance},
	{"average_odds_difference", "the mean of the differences of true and of false positive rates", "share", 0, 1, ofAllGroups, Exact, Absent, againstPerformance},
	{"equal_opportunity_difference", "highest less lowest true positive rate of a group", "share", 0, 1, ofAllGroups, Exact, Absent, againstPerformance},
	{"equal_opportunity_ratio", "lowest true positive rate of a group over the highest", "", 0, 1, ofAllGroups, Exact, Absent, againstPerformance},
	{"predictive_parity_difference", "highest less lowest precision of a group", "share", 0, 1, ofAllGroups, Exact, Absent, againstPerformance},
	{"predictive_parity_ratio", "lowest precision of a group over the highest", "", 0, 1, ofAllGroups, Exact, Absent, againstPerformance},
	{"accuracy_difference", "highest less lowest accuracy of a group", "share", 0, 1, ofAllGroups, Exact, Absent, againstPerformance},

	{"latency_p50", "median latency of the model server", "milliseconds", 0, inf, ofRequests, Absent, Estimated, againstNothing},
	{"latency_p95", "latency that 95 % of the answers stayed under", "milliseconds", 0, inf, ofRequests, Absent, Estimated, againstNothing},
	{"latency_p99", "latency that 99 % of the answers stayed under", "milliseconds", 0, inf, ofRequests, Absent, Estimated, againstNothing},
	{"throughput", "predictions per second of event time", "per second", 0, inf, ofRequests, Absent, Exact, againstNothing},
	{"error_rate", "share of requests that the model server failed to answer", "share", 0, 1, ofRequests, Absent, Exact, againstShare},
	{"label_coverage", "share of predictions whose label has come", "share", 0, 1, ofLabels, Exact, Exact, "the share usual at that age"},
	{"label_delay_p50", "median time from prediction to label", "seconds", 0, inf, ofLabels, Absent, Estimated, againstNothing},
}

// Lookup finds the entry of a measurement name.
func Lookup(name string) (Entry, bool) {
	for _, entry := range catalogue {
		if entry.Name == name {
			return entry, true
		}
	}
	return Entry{}, false
}
