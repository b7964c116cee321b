package multivariate

const (
	// alpha is the chance of a false alarm that the three measures of one window share.
	alpha = 0.01 / 3
	// reconstructionTolerance is the shift of the mean reconstruction error that does not matter even if it is real, in
	// standard deviations of a row's error.
	reconstructionTolerance = 0.1
	// areaTolerance is the same for the classifier, as an area.
	areaTolerance = 0.55
)

// Derivation says in a sentence where the threshold of a measure comes from; empty for other names.
func Derivation(name string) string {
	switch name {
	case ReconstructionError:
		return "the reference's own mean error plus max(0.1 standard deviations of a row's error, what chance exceeds with probability 0.01/3/2: " +
			"Student's t of 9 degrees of freedom times the error of the mean, from the rows and from ten stretches of the reference); as far below the mean counts as well"
	case MMD:
		return "what chance exceeds with probability 0.01/3: the quantile of the weighted chi-square whose weights are the eigenvalues of the features' covariance in the reference, times 1/n + 1/m"
	case DomainClassifierAUC:
		return "max(0.55, what chance exceeds with probability 0.01/3: normal, with twice the variance of the Mann-Whitney statistic because cross-validation counts every pair of rows twice)"
	}
	return ""
}
