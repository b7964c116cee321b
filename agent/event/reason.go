package event

// Reason says why a record was refused. Accepted is the zero value.
type Reason uint8

// The reasons, in about the order in which a record can meet them. One record has one reason: the first that applies.
const (
	Accepted          Reason = iota
	Tombstone                // no value, on a topic where that retracts nothing, or without an id in key or headers
	Empty                    // a value without any byte but white space
	TooLarge                 // longer than Options.MaxBytes
	UnsupportedFormat        // binary: registry framing, Avro, protobuf, or a content type that says so
	BadJSON                  // not RFC 8259: cut off, bare NaN, a trailing comma, bytes behind the end
	BadUTF8                  // a string that is not UTF-8
	TooDeep                  // more than 32 objects and arrays inside each other
	TooManyFields            // more than 2,000 keys, or more than 65,536 keys and values together
	NotAnObject              // JSON, but no object: an array of rows, a bare number; also as the data of a CloudEvent
	DuplicateKey             // a key that means something to us stands twice in one object
	UnknownModel             // names a model that is not configured
	MissingModel             // names no model while several are configured
	BadVersion               // a version that is no string, number or boolean, or is longer than 1 KiB
	MissingID                // no id in the event, the headers or the key
	BadID                    // an id that is no string or number, is not UTF-8, or is longer than 1 KiB
	BadTimestamp             // a timestamp that cannot be read, or outside the years 1 to 9999
	BadPrediction            // a prediction of a wrong type, an empty one, or one that is NaN or infinite
	BadLabel                 // a label that is an array or object, infinite, or longer than 1 KiB
	BadFeatures              // features that are no object
	MissingContent           // a prediction without features, prediction and error; a label event without label
	reasonCount
)

// String returns the reason as metrics and logs write it, in snake case; "accepted" for the zero value.
func (r Reason) String() string {
	switch r {
	case Accepted:
		return "accepted"
	case Tombstone:
		return "tombstone"
	case Empty:
		return "empty"
	case TooLarge:
		return "too_large"
	case UnsupportedFormat:
		return "unsupported_format"
	case BadJSON:
		return "bad_json"
	case BadUTF8:
		return "bad_utf8"
	case TooDeep:
		return "too_deep"
	case TooManyFields:
		return "too_many_fields"
	case NotAnObject:
		return "not_an_object"
	case DuplicateKey:
		return "duplicate_key"
	case UnknownModel:
		return "unknown_model"
	case MissingModel:
		return "missing_model"
	case BadVersion:
		return "bad_version"
	case MissingID:
		return "missing_id"
	case BadID:
		return "bad_id"
	case BadTimestamp:
		return "bad_timestamp"
	case BadPrediction:
		return "bad_prediction"
	case BadLabel:
		return "bad_label"
	case BadFeatures:
		return "bad_features"
	case MissingContent:
		return "missing_content"
	case reasonCount:
	}
	return "unknown"
}

// Reasons returns every reason for a refusal, so that each can be exported as 0 before it first happens. Accepted is
// not among them.
func Reasons() []Reason {
	all := make([]Reason, 0, reasonCount-1)
	for r := Accepted + 1; r < reasonCount; r++ {
		all = append(all, r)
	}
	return all
}
