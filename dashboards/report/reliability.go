package report

const (
	reliabilitySize = 240
	reliabilityEdge = 30
)

// reliability is how often the scores of a bin came true, beside what they promised: on the diagonal a score is a
// probability.
type reliability struct {
	Title    string
	Size     int
	Diagonal string
	Whiskers string
	Dots     string
	Label    string
}

// promise is one bin of scores: what was predicted on average, what happened, and its bounds if there are any.
type promise struct {
	predicted float64
	observed  interval
	n         uint64
}

// newReliability draws the bins that hold rows; nil if none does.
func newReliability(title string, promises []promise) *reliability {
	x := scale{0, 1, reliabilityEdge, reliabilitySize - 8}
	y := scale{0, 1, reliabilitySize - reliabilityEdge, 8}
	var whiskers, dots path
	for _, p := range promises {
		if p.n == 0 || p.observed.value == nil {
			continue
		}
		at, height := x.at(p.predicted), y.at(*p.observed.value)
		dots.to('M', at-3, height)
		dots = append(dots, "a3 3 0 1 0 6 0a3 3 0 1 0 -6 0z"...)
		if p.observed.lower != nil && p.observed.upper != nil {
			whiskers.to('M', at, y.at(*p.observed.lower))
			whiskers.to('L', at, y.at(*p.observed.upper))
		}
	}
	if dots == nil {
		return nil
	}
	var diagonal path
	diagonal.to('M', x.at(0), y.at(0))
	diagonal.to('L', x.at(1), y.at(1))
	return &reliability{
		Title: title, Size: reliabilitySize, Diagonal: string(diagonal), Whiskers: string(whiskers), Dots: string(dots),
		Label: title + ": share that came true over the predicted probability; on the diagonal both agree",
	}
}
