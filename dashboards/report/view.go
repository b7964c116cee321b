package report

// page is what the template shows. A section that is nil or empty is absent; texts are for people, numbers are printed.
type page struct {
	Policy             string
	Headline, Advice   string
	Current, Reference source
	Made, Command      string
	Verdicts           []verdict
	Stories            []story
	MoreStories        []story // of the other chunks, folded
	Faults             []fault
	FaultsLeftOut      string
	Drivers            []driver
	DriversOf          string
	DriversCalm        bool // none of them moved beyond its limit
	Segments           []string
	Performance        *performanceView
	Estimates          *estimatesView
	Matrices           []matrix
	Reliabilities      []reliability
	Fairness           []attribute
	Multivariate       []multivariate
	Overview           *overview
	Columns            columnsView
	Thresholds         []threshold
	Notes              []string
}

// source is one of the two files.
type source struct{ Path, Rows, Period string }

// verdict answers one question.
type verdict struct {
	Question, Answer string
	State            string // firing, pending, ok, insufficient: how it is coloured
	Mark             string // a shape, because colour is never the only sign
	Figure, Evidence string
}

// story is what happened in one chunk, in a sentence.
type story struct{ Chunk, Text string }

// fault is something broken in the input.
type fault struct {
	Kind, Column, Sentence, Chunks string
	Evidence                       string // the measured rate beside that of chance
}

// driver is a column that moved.
type driver struct {
	distance float64
	Rank     int
	Name     string
	Distance string
	Length   string // of the distance's bar, of 100
	Effect   string // how it goes with performance, if that is known
	Shifts   []shift
	Drifted  bool
}

// shift is what became of the values in one bin.
type shift struct{ Bin, Before, After string }

// performanceView sets what the model did beside the reference.
type performanceView struct {
	Chunked bool // Now is the last chunk, and Worst says more
	Rows    []score
	Courses []course
	Hidden  []score // by class, folded
	LeftOut string
}

// score is one measure of performance.
type score struct {
	Name, Class   string
	Reference     cell
	Now, Worst    cell
	WorstChunk    string
	Whisker       *whisker
	Change        string
	Worse, Better bool // by more than both intervals explain
	Meaning       string
}

// scoreTable is what the template draws of a performanceView, twice.
type scoreTable struct {
	Rows    []score
	Chunked bool
}

// cell is a number with what is known about it.
type cell struct{ Value, Bounds, Size, Status string }

// estimatesView is performance without labels, and how far such estimates were right.
type estimatesView struct {
	Trust   string
	Trusted bool
	Rows    []estimate
	Courses []course
}

// estimate is one estimated measure beside what labels said, and its report card.
type estimate struct{ Name, Estimated, Bounds, Realised, Bias, Coverage string }

// matrix is a confusion matrix: rows are truths, columns answers.
type matrix struct {
	Title   string
	Classes []string
	Rows    []matrixRow
	LeftOut string
}

type matrixRow struct {
	Class string
	Cells []matrixCell
}

type matrixCell struct {
	Count, Share, Bounds string
	Heat                 int // 0 to 5
	Right                bool
}

// attribute is fairness by the groups of one column.
type attribute struct {
	Name    string
	Columns []string
	Groups  []group
	Overall []overall
}

type group struct {
	Name, Size string
	Cells      []cell
	Small      bool
}

type overall struct{ Name, Reference, Value, Bounds, Status string }

// multivariate is one measure of all columns together.
type multivariate struct {
	Name, Meaning, Value, Bounds, P, Threshold, Status string
	Drifted                                            bool
	In                                                 string // how many chunks
	Course                                             *course
}

// threshold is a limit and where it comes from.
type threshold struct{ Name, Value, Formula, Derivation string }

// columnsView is every column: cards with plots, then a plain list, and what is left out even there.
type columnsView struct {
	Cards   []columnCard
	Rows    []columnRow
	LeftOut string
	Total   int
	Chunked bool
}

// columnCard shows one column.
type columnCard struct {
	Name, Kind, Role string
	Drifted          bool
	Summary          string
	Facts            []fact
	Histogram        *histogram
	Categories       []category
	Strip            *strip
	Measures         []measureRow
	MeasuresOf       string
	Tested, Adjusted bool // some measure has a p-value, one of them adjusted
	Sized            bool // some measure has an effect size
}

// fact is a number of a column before and after.
type fact struct{ Name, Reference, Current string }

// category is a value of a categorical column.
type category struct {
	Name                string
	Before, After       string
	BeforeBar, AfterBar string // of 100
	Unseen, Gone        bool
}

// measureRow is one measurement of a column.
type measureRow struct {
	Name, Meaning, Value, Bounds, Threshold, P, PAdjusted, Effect, Shift, Status string
	Drifted                                                                      bool
	In                                                                           string // how many chunks drifted
}

// columnRow is a column that has no card.
type columnRow struct {
	Name, Kind, Distance, Missing string
	Drifted                       bool
}
