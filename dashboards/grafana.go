package dashboards

import (
	"bytes"
	"encoding/json"
	"fmt"
)

// The dashboard in Grafana's classic JSON, as far as it is used here. Schema version 39 is read by Grafana 10 to 13.
type grafanaDashboard struct {
	UID           string         `json:"uid"`
	ID            *int           `json:"id"` // null: Grafana gives one
	Title         string         `json:"title"`
	Description   string         `json:"description"`
	Tags          []string       `json:"tags"`
	Editable      bool           `json:"editable"`
	Timezone      string         `json:"timezone"`
	SchemaVersion int            `json:"schemaVersion"`
	GraphTooltip  int            `json:"graphTooltip"` // 1: one crosshair over all panels
	Refresh       string         `json:"refresh"`
	Time          timeRange      `json:"time"`
	Templating    variables      `json:"templating"`
	Panels        []grafanaPanel `json:"panels"`
}

type timeRange struct {
	From string `json:"from"`
	To   string `json:"to"`
}

type variables struct {
	List []variable `json:"list"`
}

type variable struct {
	Name       string      `json:"name"`
	Label      string      `json:"label"`
	Type       string      `json:"type"`
	Query      any         `json:"query"`
	Definition string      `json:"definition,omitempty"`
	Datasource *datasource `json:"datasource,omitempty"`
	Refresh    int         `json:"refresh"` // 1: on load; 2: also when the time range changes
	Sort       int         `json:"sort,omitempty"`
	Multi      bool        `json:"multi"`
	IncludeAll bool        `json:"includeAll"`
	AllValue   string      `json:"allValue,omitempty"`
	Current    any         `json:"current"`
}

type labelQuery struct {
	Query string `json:"query"`
	RefID string `json:"refId"`
}

type datasource struct {
	Type string `json:"type"`
	UID  string `json:"uid"`
}

// prometheus is the source that the reader chooses. Provisioning replaces no __inputs, so there are none.
var prometheus = &datasource{Type: "prometheus", UID: "${datasource}"}

type grafanaPanel struct {
	ID          int          `json:"id"`
	Type        string       `json:"type"`
	Title       string       `json:"title"`
	Description string       `json:"description,omitempty"`
	GridPos     gridPos      `json:"gridPos"`
	Datasource  *datasource  `json:"datasource,omitempty"`
	Targets     []target     `json:"targets,omitempty"`
	FieldConfig *fieldConfig `json:"fieldConfig,omitempty"`
	Options     any          `json:"options,omitempty"`
	Collapsed   *bool        `json:"collapsed,omitempty"`
	Panels      []struct{}   `json:"panels,omitempty"`
}

type gridPos struct {
	H int `json:"h"`
	W int `json:"w"`
	X int `json:"x"`
	Y int `json:"y"`
}

type target struct {
	RefID        string      `json:"refId"`
	Datasource   *datasource `json:"datasource"`
	Expr         string      `json:"expr"`
	LegendFormat string      `json:"legendFormat"`
	Instant      bool        `json:"instant"`
	Range        bool        `json:"range"`
}

type fieldConfig struct {
	Defaults  fieldDefaults `json:"defaults"`
	Overrides []struct{}    `json:"overrides"`
}

type fieldDefaults struct {
	Unit       string         `json:"unit"`
	Min        *float64       `json:"min,omitempty"`
	Max        *float64       `json:"max,omitempty"`
	Color      map[string]any `json:"color"`
	Thresholds *thresholds    `json:"thresholds,omitempty"`
	Custom     map[string]any `json:"custom,omitempty"`
}

type thresholds struct {
	Mode  string `json:"mode"`
	Steps []step `json:"steps"`
}

type step struct {
	Color string   `json:"color"`
	Value *float64 `json:"value"` // null: from below
}

// Grafana returns the dashboard as JSON that Grafana imports and provisions. The same program makes the same bytes.
func Grafana() ([]byte, error) {
	var out bytes.Buffer
	encoder := json.NewEncoder(&out)
	encoder.SetIndent("", "  ")
	encoder.SetEscapeHTML(false)
	err := encoder.Encode(grafanaDashboard{
		UID: "anchorwatch", Title: "Anchorwatch",
		Description: "Models against their baselines: drift, performance with labels, rules, and the agent that watches them.",
		Tags:        []string{"ml", "anchorwatch"}, Timezone: "browser", SchemaVersion: 39, GraphTooltip: 1,
		Refresh: "30s", Time: timeRange{"now-24h", "now"},
		Templating: variables{dashboardVariables()}, Panels: place(rows),
	})
	if err != nil {
		return nil, fmt.Errorf("encode dashboard: %w", err)
	}
	return out.Bytes(), nil
}

func dashboardVariables() []variable {
	list := []variable{{
		Name: "datasource", Label: "Data source", Type: "datasource", Query: "prometheus", Refresh: 1, Current: struct{}{},
	}}
	for _, v := range []struct{ name, label, query string }{
		{"job", "Job", `label_values(anchorwatch_ready, job)`},
		{"instance", "Instance", `label_values(anchorwatch_ready{job=~"$job"}, instance)`},
		{"model", "Model", `label_values(anchorwatch_model_info{` + ofAgent + `}, model)`},
		{"version", "Version", `label_values(anchorwatch_model_info{` + ofModel + `}, version)`},
		{"window", "Window", `label_values(anchorwatch_window_ready{` + ofPair + `}, window)`},
	} {
		list = append(list, variable{
			Name: v.name, Label: v.label, Type: "query", Query: labelQuery{v.query, v.name}, Definition: v.query,
			Datasource: prometheus, Refresh: 2, Sort: 1, Multi: true, IncludeAll: true, AllValue: ".*",
			Current: map[string]any{"text": "All", "value": "$__all"},
		})
	}
	return list
}

// place lays the panels out from left to right, a new line where one does not fit.
func place(rows []row) []grafanaPanel {
	const columns, height = 24, 8
	var panels []grafanaPanel
	id, y := 1, 0
	for _, r := range rows {
		panels = append(panels, grafanaPanel{
			ID: id, Type: "row", Title: r.title, GridPos: gridPos{1, columns, 0, y}, Collapsed: new(false),
		})
		id, y = id+1, y+1
		x, line := 0, 0 // where the next panel goes, and how high this line is
		for _, p := range r.panels {
			h := height
			if p.kind == "stat" {
				h = 5
			}
			if x+p.width > columns {
				x, y, line = 0, y+line, 0
			}
			panels = append(panels, dress(p, id, gridPos{h, p.width, x, y}))
			id, x, line = id+1, x+p.width, max(line, h)
		}
		y += line
	}
	return panels
}

func dress(p panel, id int, at gridPos) grafanaPanel {
	out := grafanaPanel{
		ID: id, Type: p.kind, Title: p.title, Description: p.description, GridPos: at, Datasource: prometheus,
		FieldConfig: &fieldConfig{Defaults: fieldDefaults{Unit: p.unit, Color: map[string]any{"mode": "palette-classic"}}, Overrides: []struct{}{}},
	}
	defaults := &out.FieldConfig.Defaults
	if p.max > 0 {
		defaults.Min, defaults.Max = new(0.0), new(p.max)
	}
	if len(p.limits) > 0 {
		defaults.Color = map[string]any{"mode": "thresholds"}
		defaults.Thresholds = &thresholds{Mode: "absolute"}
		for i, l := range p.limits {
			s := step{Color: l.color, Value: new(l.from)}
			if i == 0 {
				s.Value = nil
			}
			defaults.Thresholds.Steps = append(defaults.Thresholds.Steps, s)
		}
	}
	now := p.kind == "stat" || p.kind == "bargauge" // these show the present; the others a course
	for i, q := range p.queries {
		out.Targets = append(out.Targets, target{string(rune('A' + i)), prometheus, q.expr, q.legend, now, !now})
	}
	out.Options = options(p.kind)
	if p.kind == "timeseries" {
		defaults.Custom = map[string]any{"lineInterpolation": "stepAfter", "lineWidth": 2, "showPoints": "never"}
	}
	return out
}

func options(kind string) any {
	last := map[string]any{"calcs": []string{"lastNotNull"}}
	switch kind {
	case "timeseries":
		return map[string]any{
			"legend":  map[string]any{"displayMode": "table", "placement": "bottom", "calcs": []string{"lastNotNull"}},
			"tooltip": map[string]any{"mode": "multi", "sort": "desc"},
		}
	case "stat":
		return map[string]any{"reduceOptions": last, "textMode": "value_and_name", "colorMode": "background_solid"}
	case "bargauge":
		return map[string]any{"reduceOptions": last, "orientation": "horizontal", "displayMode": "basic"}
	}
	return map[string]any{"mergeValues": true, "showValue": "never"}
}
