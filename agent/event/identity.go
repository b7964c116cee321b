package event

import "unicode/utf8"

// isLabel decides what an event is where its topic does not.
func (d *Decoder) isLabel(stream Stream) (bool, Reason) {
	if stream != Either {
		return stream == Labels, Accepted
	}
	declared, reason := d.declaredType()
	if reason != Accepted || declared != "" {
		return declared == "label", reason
	}
	label := d.first(d.paths.label).kind != absent
	return label && !d.hasFeatures() && !d.hasOutput(), Accepted
}

// declaredType returns "prediction" or "label" if the event says so. The key is then no feature of a flat record.
func (d *Decoder) declaredType() (declared string, reason Reason) {
	tape := d.event.tape
	for key := d.root + 1; key < tape[d.root].next; key = tape[key+1].next {
		if string(d.event.text(key, d.arena())) != "type" || tape[key+1].kind != jsonText {
			continue
		}
		if declared != "" {
			return "", DuplicateKey
		}
		switch string(d.event.text(key+1, d.arena())) {
		case "prediction":
			declared = "prediction"
		case "label":
			declared = "label"
		default:
			continue
		}
		tape[key].mapped = true
	}
	return declared, Accepted
}

// anyModel is the model of a label that names none.
const anyModel = -1

// model returns the index of the model that the event names, anyModel if it names none.
func (d *Decoder) model() (int, Reason) {
	v := d.first(d.paths.model)
	if v.kind <= jsonNull {
		return anyModel, Accepted
	}
	name, ok := d.name(v)
	if !ok {
		return anyModel, UnknownModel
	}
	if i, known := d.models[string(name)]; known {
		return i, Accepted
	}
	return anyModel, UnknownModel
}

// version returns the model's version, "" if the event names none.
func (d *Decoder) version() (string, Reason) {
	v := d.first(d.paths.version)
	if v.kind <= jsonNull {
		return "", Accepted
	}
	name, ok := d.name(v)
	if !ok {
		return "", BadVersion
	}
	version, known := d.versions[string(name)]
	if !known {
		if len(d.versions) == maxVersions {
			clear(d.versions)
		}
		version = string(name)
		d.versions[version] = version
	}
	return version, Accepted
}

func (d *Decoder) id() ([]byte, Reason) {
	v := d.first(d.paths.id)
	if v.kind <= jsonNull || v.kind == jsonText && len(v.text) == 0 {
		return nil, MissingID
	}
	name, ok := d.name(v)
	if !ok || v.kind == jsonBool {
		return nil, BadID
	}
	return name, Accepted
}

// name returns a scalar as the text that identifies something: a string as it is, a number in its canonical form, true
// and false. Anything else, an infinite number, and more than 1 KiB is none.
func (d *Decoder) name(v value) ([]byte, bool) {
	switch v.kind {
	case jsonText:
		return v.text, len(v.text) <= maxText && utf8.Valid(v.text)
	case jsonBool:
		return v.text, true
	case jsonNumber:
		if len(v.text) > maxText {
			return nil, false
		}
		return canonical(v.text, d.arena())
	case absent, jsonNull, jsonArray, jsonObject:
	}
	return nil, false
}
