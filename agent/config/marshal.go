package config

import (
	"encoding"
	"fmt"
	"reflect"
	"strconv"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"
)

// Marshal writes the configuration in force as YAML, defaults included, as users would write it; secrets are masked.
// Keys that are empty and have no default are left out.
func Marshal(c *Config) ([]byte, error) {
	node, err := encode(reflect.ValueOf(c).Elem())
	if err != nil {
		return nil, fmt.Errorf("write configuration: %w", err)
	}
	return yaml.Marshal(node)
}

// encode is the reverse of decode.
func encode(value reflect.Value) (*yaml.Node, error) {
	if value.Kind() == reflect.Pointer {
		value = value.Elem()
	}
	switch v := value.Interface().(type) {
	case time.Duration:
		return plain("!!str", formatDuration(v)), nil
	case Bytes:
		return plain("!!str", v.String()), nil
	case encoding.TextMarshaler: // secrets and limits
		text, err := v.MarshalText()
		return plain("", string(text)), err
	}
	switch value.Kind() {
	case reflect.String:
		return plain("!!str", value.String()), nil
	case reflect.Bool:
		return plain("!!bool", strconv.FormatBool(value.Bool())), nil
	case reflect.Int:
		return plain("!!int", strconv.FormatInt(value.Int(), 10)), nil
	case reflect.Float64:
		return plain("!!float", strconv.FormatFloat(value.Float(), 'g', -1, 64)), nil
	case reflect.Slice:
		return encodeList(value)
	default:
		return encodeSection(value)
	}
}

func plain(tag, text string) *yaml.Node {
	return &yaml.Node{Kind: yaml.ScalarNode, Tag: tag, Value: text}
}

func encodeList(value reflect.Value) (*yaml.Node, error) {
	list := &yaml.Node{Kind: yaml.SequenceNode}
	for i := range value.Len() {
		element, err := encode(value.Index(i))
		if err != nil {
			return nil, err
		}
		list.Content = append(list.Content, element)
	}
	return list, nil
}

func encodeSection(value reflect.Value) (*yaml.Node, error) {
	section := &yaml.Node{Kind: yaml.MappingNode}
	for i := range value.NumField() {
		field := value.Type().Field(i)
		if value.Field(i).IsZero() && (field.Tag.Get("default") == "" || field.Type.Kind() == reflect.Pointer) {
			continue
		}
		if twin := fieldByKey(value, strings.TrimSuffix(field.Tag.Get("yaml"), "_file")); twin.IsValid() &&
			strings.HasSuffix(field.Tag.Get("yaml"), "_file") && !twin.IsZero() {
			continue // what the file holds stands there, masked
		}
		content, err := encode(value.Field(i))
		if err != nil {
			return nil, err
		}
		section.Content = append(section.Content, plain("!!str", field.Tag.Get("yaml")), content)
	}
	return section, nil
}
