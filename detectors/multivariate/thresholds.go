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

// Level is the chance of a false alarm that each of the three measures has, a third of the 0.01 of a window.
const Level = alpha

// Limit says where the threshold of a measure comes from: as a formula, n and m being the rows of the window and the
// reference, and in the words that follow "drift above". Both are empty for other names.
func Limit(name string) (formula, derivation string) {
	switch name {
	case ReconstructionError:
		return "mean + max(tolerance·s, t₉(level/2)·error)",
			"the reference's own mean error plus max(0.1 standard deviations s of a row's error, what chance exceeds with probability 0.01/3/2: " +
				"Student's t of 9 degrees of freedom times the error of the mean, from the rows and from ten stretches of the reference); as far below the mean counts as well"
	case MMD:
		return "χ²(eigenvalues, level)·(1/n + 1/m)",
			"what chance exceeds with probability 0.01/3: the quantile of the weighted chi-square whose weights are the eigenvalues of the features' covariance in the reference, times 1/n + 1/m"
	case DomainClassifierAUC:
		return "max(0.55, ½ + z(level)·√(2·variance))",
			"max(0.55, what chance exceeds with probability 0.01/3: normal, with twice the variance of the Mann-Whitney statistic because cross-validation counts every pair of rows twice)"
	}
	return "", ""
}
