// Package event turns the bytes of records into predictions and labels.
//
// Producers write JSON in many shapes: with the keys in any order, under names of their own, flat or nested, bare or
// inside a CloudEvent. A Decoder reads each record in three steps that never mix. The scanner checks the whole text
// against RFC 8259 and leaves a tape of its values. The compiled mapping walks the tape once and notes which value
// stands at which path. Then the readers take what they need: id, time, model, output, label, features. A record is
// taken as a whole or refused for one Reason; a refused record leaves the batch as it was.
//
// Features leave in columns, one list of cells for each name that a baseline or the configuration knows, because the
// windows count column by column. Texts are views into the record, so that an event costs no allocation.
//
// Reading order: event.go (what comes out), reason.go (why a record is refused), decode.go (the story of one record),
// envelope.go (CloudEvents, formats we do not read), document.go (the scanner), text.go and number.go (scalars),
// mapping.go, path.go and place.go (where things stand), dictionary.go (names to columns), then one part of an event
// each: identity.go, timestamp.go, output.go, truth.go, features.go, segments.go; at last batch.go (undo and reuse) and
// sampler.go (refused records for people).
//
// The package has no clock and judges no time: a timestamp of the year 1 or 9999 is decoded like any other. It reads
// JSON only; Avro, protobuf and registry-framed records are refused by name, as are several events in one record.
package event
