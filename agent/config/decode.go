package config

import (
	"encoding"
	"fmt"
	"iter"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"
)

// decoder walks a YAML tree beside the structs it fills, and collects every problem with its place instead of stopping
// at the first. Of a field's tags it reads
//
//	yaml:"name"     the key
//	default:"30s"   the value of an absent key, as users would write it
//	config:"env"    ${env:NAME} is replaced
//	config:"path"   a path, made relative to the file's folder
//
// A field whose key ends in _file beside one without that ending is a twin: it names the file that holds the value.
type decoder struct {
	file     string
	problems Problems
	// places and written hold, for each path that the file has, its node and its text.
	places  map[string]*yaml.Node
	written map[string]string
	// refused holds the paths whose value could not be read, so that nobody complains of its absence too.
	refused map[string]bool
	nodes   int
}

func newDecoder(file string) *decoder {
	return &decoder{
		file: file, places: make(map[string]*yaml.Node), written: make(map[string]string), refused: make(map[string]bool),
	}
}

// report adds a problem at the place of a path, or of the nearest section around it that the file has.
func (d *decoder) report(path, format string, args ...any) {
	place := d.places[""]
	for prefix := range enclosing(path) {
		if node, ok := d.places[prefix]; ok {
			place = node
			break
		}
	}
	d.reportAt(place, path, format, args...)
}

// reportFinding adds a semantic problem, unless it follows from a value that was refused already.
func (d *decoder) reportFinding(f finding) {
	for prefix := range enclosing(f.path) {
		if d.refused[prefix] {
			return
		}
	}
	d.report(f.path, "%s", f.message)
}

// enclosing yields a path and those of the sections and lists around it, innermost first, the root left out.
func enclosing(path string) iter.Seq[string] {
	return func(yield func(string) bool) {
		for path != "" && yield(path) {
			path = path[:max(0, strings.LastIndexAny(path, ".["))]
		}
	}
}

func (d *decoder) reportAt(node *yaml.Node, path, format string, args ...any) {
	d.refused[path] = true
	d.problems = append(d.problems, Problem{
		File: d.file, Line: node.Line, Col: node.Column, Path: path, Message: fmt.Sprintf(format, args...),
	})
}

func (d *decoder) document(root *yaml.Node, config *Config) {
	d.decode(root, reflect.ValueOf(config).Elem(), "", "")
}

// decode fills value from a node. The depth of the walk is that of the types, so no alias can make it endless; maxNodes
// bounds its breadth.
func (d *decoder) decode(node *yaml.Node, value reflect.Value, path, mode string) {
	d.places[path] = node
	if d.nodes++; d.nodes > maxNodes {
		if d.nodes == maxNodes+1 {
			d.reportAt(node, "", "too much: more than %d values, aliases counted each time", maxNodes)
		}
		return
	}
	if node.Kind == yaml.AliasNode {
		node = node.Alias
	}
	if value.Kind() == reflect.Pointer {
		value.Set(reflect.New(value.Type().Elem()))
		value = value.Elem()
	}
	switch {
	case isScalar(value):
		d.scalar(node, value, path, mode)
	case value.Kind() == reflect.Slice:
		d.list(node, value, path, mode)
	default:
		d.section(node, value, path)
	}
}

// isScalar tells whether a value is written as one word or number.
func isScalar(value reflect.Value) bool {
	_, isText := reflect.TypeAssert[encoding.TextUnmarshaler](value.Addr())
	return isText || value.Kind() != reflect.Struct && value.Kind() != reflect.Slice
}

func (d *decoder) list(node *yaml.Node, value reflect.Value, path, mode string) {
	if node.Kind != yaml.SequenceNode {
		d.report(path, "%s, but a list is wanted: write [a, b], or one line with - for each", describe(node))
		return
	}
	value.Set(reflect.MakeSlice(value.Type(), len(node.Content), len(node.Content)))
	for i, element := range node.Content {
		d.decode(element, value.Index(i), fmt.Sprintf("%s[%d]", path, i), mode)
	}
}

func (d *decoder) section(node *yaml.Node, value reflect.Value, path string) {
	given := d.keys(node, value.Type(), path)
	for i := range value.NumField() {
		field := value.Type().Field(i)
		key, mode, fallback := field.Tag.Get("yaml"), field.Tag.Get("config"), field.Tag.Get("default")
		child := join(path, key)
		switch content := given[key]; {
		case content != nil:
			d.decode(content, value.Field(i), child, mode)
		case fallback != "":
			d.decode(&yaml.Node{Kind: yaml.ScalarNode, Value: fallback}, value.Field(i), child, mode)
			delete(d.places, child)
		case field.Type.Kind() == reflect.Struct && !isScalar(value.Field(i)):
			d.section(&yaml.Node{Kind: yaml.MappingNode}, value.Field(i), child)
		}
	}
	d.readFiles(value, path)
}

// keys returns the content of each known key of a section, and reports the others.
func (d *decoder) keys(node *yaml.Node, t reflect.Type, path string) map[string]*yaml.Node {
	given := make(map[string]*yaml.Node)
	if isNull(node) {
		return given // a key without content is an empty section
	}
	if node.Kind != yaml.MappingNode {
		d.report(path, "%s, but a section with keys is wanted: %s", describe(node), strings.Join(keysOf(t), ", "))
		return given
	}
	for i := 0; i+1 < len(node.Content); i += 2 {
		key, content := node.Content[i], node.Content[i+1]
		child := join(path, shorten(key.Value))
		switch {
		case key.Kind != yaml.ScalarNode || !slices.Contains(keysOf(t), key.Value):
			d.unknownKey(key, t, child)
		case given[key.Value] != nil:
			d.reportAt(key, child, "written twice: leave one out")
		default:
			given[key.Value] = content
		}
	}
	return given
}

func (d *decoder) unknownKey(key *yaml.Node, t reflect.Type, path string) {
	if guess := Closest(key.Value, keysOf(t)); guess != "" {
		d.refused[join(parentOf(path), guess)] = true
		d.reportAt(key, path, "unknown key: did you mean %q?", guess)
		return
	}
	d.reportAt(key, path, "unknown key: allowed are %s", strings.Join(keysOf(t), ", "))
}

// readFiles reads the file of every twin that is set.
func (d *decoder) readFiles(section reflect.Value, path string) {
	for i := range section.NumField() {
		key, isFile := strings.CutSuffix(section.Type().Field(i).Tag.Get("yaml"), "_file")
		value := fieldByKey(section, key)
		file := section.Field(i)
		if !isFile || !value.IsValid() || file.String() == "" {
			continue
		}
		if value.String() != "" {
			d.report(join(path, key+"_file"), "%s is written too: leave one of them out", key)
			continue
		}
		secret, err := readSecret(file.String())
		if err != nil {
			d.refused[join(path, key)] = true
			d.report(join(path, key+"_file"), "read it: %v", err)
			continue
		}
		value.SetString(secret)
	}
}

// scalar fills one word or number.
func (d *decoder) scalar(node *yaml.Node, value reflect.Value, path, mode string) {
	if node.Kind != yaml.ScalarNode {
		d.report(path, "%s, but %s is wanted", describe(node), wanted(value))
		return
	}
	if isNull(node) {
		d.report(path, "no value: write %s, or leave the key out", wanted(value))
		return
	}
	d.written[path] = node.Value
	text, err := expand(node.Value, mode)
	if err == nil {
		err = setScalar(value, text)
	}
	if err != nil {
		d.report(path, "%v", err)
		return
	}
	if mode == "path" {
		value.SetString(within(filepath.Dir(d.file), text))
	}
}

func setScalar(value reflect.Value, text string) (err error) {
	switch target := value.Addr().Interface().(type) {
	case *time.Duration:
		*target, err = parseDuration(text)
		return err
	case *Bytes:
		*target, err = parseBytes(text)
		return err
	case encoding.TextUnmarshaler:
		return target.UnmarshalText([]byte(text))
	}
	switch value.Kind() {
	case reflect.String:
		value.SetString(text)
	case reflect.Bool:
		if text != "true" && text != "false" {
			return fmt.Errorf("%q: write true or false", shorten(text))
		}
		value.SetBool(text == "true")
	case reflect.Int:
		number, parseErr := strconv.ParseInt(text, 10, 32)
		if parseErr != nil {
			return fmt.Errorf("%q: write a whole number", shorten(text))
		}
		value.SetInt(number)
	case reflect.Float64:
		number, parseErr := strconv.ParseFloat(text, 64)
		if parseErr != nil || number-number != 0 {
			return fmt.Errorf("%q: write a finite number", shorten(text))
		}
		value.SetFloat(number)
	default:
		panic("config: a field of type " + value.Type().String() + ", which no file can fill")
	}
	return nil
}

func wanted(value reflect.Value) string {
	switch value.Addr().Interface().(type) {
	case *time.Duration:
		return "a duration, such as 30s or 14d"
	case *Bytes:
		return "a size, such as 64MiB"
	}
	switch value.Kind() {
	case reflect.Bool:
		return "true or false"
	case reflect.Int:
		return "a whole number"
	case reflect.Float64:
		return "a number"
	case reflect.Struct: // a limit
		return "a number or an expression"
	default:
		return "a text"
	}
}

var environment = regexp.MustCompile(`\$\{env:([^}]*)\}`)

// expand replaces ${env:NAME}, where that is allowed. Everything else with a dollar stays as it is.
func expand(text, mode string) (string, error) {
	if mode != "env" {
		if environment.MatchString(text) {
			return "", fmt.Errorf("${env:…} is only replaced in secrets, brokers and URLs")
		}
		return text, nil
	}
	var unset error
	expanded := environment.ReplaceAllStringFunc(text, func(reference string) string {
		name := environment.FindStringSubmatch(reference)[1]
		value, ok := os.LookupEnv(name)
		if !ok && unset == nil {
			unset = fmt.Errorf("the environment variable %q is not set", name)
		}
		return value
	})
	return expanded, unset
}

func isNull(node *yaml.Node) bool { return node.Kind == yaml.ScalarNode && node.Tag == "!!null" }

func describe(node *yaml.Node) string {
	switch {
	case isNull(node):
		return "nothing"
	case node.Kind == yaml.MappingNode:
		return "a section with keys"
	case node.Kind == yaml.SequenceNode:
		return "a list"
	}
	return fmt.Sprintf("%q", shorten(node.Value))
}

// shorten keeps what a file can put into a message small.
func shorten(text string) string {
	const longest = 60
	if len(text) <= longest {
		return text
	}
	return strings.ToValidUTF8(text[:longest], "") + "…"
}

func parentOf(path string) string { return path[:max(0, strings.LastIndexByte(path, '.'))] }

func join(path, key string) string {
	if path == "" {
		return key
	}
	return path + "." + key
}

func keysOf(t reflect.Type) []string {
	keys := make([]string, t.NumField())
	for i := range keys {
		keys[i] = t.Field(i).Tag.Get("yaml")
	}
	return keys
}

func fieldByKey(section reflect.Value, key string) reflect.Value {
	if i := slices.Index(keysOf(section.Type()), key); i >= 0 {
		return section.Field(i)
	}
	return reflect.Value{}
}
