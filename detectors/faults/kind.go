package faults

// Kind is the name of a fault.
type Kind string

// The faults, a closed set.
const (
	MissingSurge     Kind = "missing_surge"
	Sentinel         Kind = "sentinel"
	TypeFlip         Kind = "type_flip"
	CaseChange       Kind = "case_change"
	WhitespaceChange Kind = "whitespace_change"
	EncodingChange   Kind = "encoding_change"
	NewCategory      Kind = "new_category"
	UnitChange       Kind = "unit_change"
	SignFlip         Kind = "sign_flip"
	Clipped          Kind = "clipped"
	Stuck            Kind = "stuck"
	DuplicatedRows   Kind = "duplicated_rows"
	ColumnMissing    Kind = "column_missing"
	ColumnAdded      Kind = "column_added"
	ColumnRenamed    Kind = "column_renamed"
	ColumnsSwapped   Kind = "columns_swapped"
)

// nullRates are the 95 % upper bounds for one column of one chunk, for duplicated rows for one chunk: three over the number
// of tries, none of which named a fault (TestNullRates, and the chunks of real streams of agent/dataset). A column that is
// gone or new is no guess.
var nullRates = map[Kind]float64{
	MissingSurge: perColumn, Sentinel: perColumn, TypeFlip: perColumn, CaseChange: perColumn, WhitespaceChange: perColumn,
	EncodingChange: perColumn, NewCategory: perColumn, UnitChange: perColumn, SignFlip: perColumn, Clipped: perColumn, Stuck: perColumn,
	DuplicatedRows: perChunk, ColumnRenamed: perChunk, ColumnsSwapped: perChunk, ColumnMissing: 0, ColumnAdded: 0,
}

const (
	perColumn = 1e-4
	perChunk  = 1e-3
)
