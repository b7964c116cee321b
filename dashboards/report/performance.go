package report

import (
	"fmt"
	"strings"

	"github.com/anchorwatch/anchorwatch/agent/dataset"
	"github.com/anchorwatch/anchorwatch/detectors"
	estimates "github.com/anchorwatch/anchorwatch/detectors/estimate"
)

const (
	maxCourses = 12
	maxClasses = 60 // rows of measures by class
)

// newPerformance sets performance beside the reference's own; nil without any.
func newPerformance(c *dataset.Comparison, names []string) *performanceView {
	basis := c.Scored()
	if len(basis) == 0 {
		return nil
	}
	v := &performanceView{Chunked: len(c.Chunks) > 1}
	for _, p := range basis {
		if strings.HasPrefix(p.Name, estimates.Prefix) {
			continue
		}
		s := newScore(c, names, p.Name, p.Class)
		if p.Class == "" || p.Class == "macro" {
			v.Rows = append(v.Rows, s)
		} else if len(v.Hidden) < maxClasses {
			v.Hidden = append(v.Hidden, s)
		} else {
			v.LeftOut = "More classes are in compare --json."
		}
		if (p.Class == "" || p.Class == "macro") && v.Chunked && len(v.Courses) < maxCourses {
			if course := performanceCourse(c, p.Name, p.Class); course != nil {
				v.Courses = append(v.Courses, *course)
			}
		}
	}
	return v
}

// newEstimates sets performance estimated from scores alone beside what labels said; nil without any. Over many chunks
// the numbers are those of the last.
func newEstimates(c *dataset.Comparison) *estimatesView {
	if c.Estimates == nil || len(c.Chunks) == 0 {
		return nil
	}
	v := &estimatesView{Trusted: c.Estimates.Trusted, Trust: c.Estimates.Reason}
	if v.Trusted {
		v.Trust = "They agreed with the labels that came."
	}
	last := c.Chunks[len(c.Chunks)-1].Performance
	for _, p := range last {
		name, ok := strings.CutPrefix(p.Name, estimates.Prefix)
		if !ok || len(v.Rows) == maxClasses {
			continue
		}
		said := newCell(&p)
		e := estimate{
			Name: strings.TrimSpace(name + " " + p.Class), Estimated: said.Value, Bounds: said.Bounds, Realised: newCell(dataset.FindPerformance(last, name, p.Class)).Value,
		}
		for _, g := range c.Estimates.Measures {
			if g.Name == p.Name && g.Class == p.Class {
				e.Bias, e.Coverage = signed(g.Bias), fmt.Sprintf("%s of %d", percent(g.Coverage), g.Chunks)
			}
		}
		v.Rows = append(v.Rows, e)
		if course := performanceCourse(c, p.Name, p.Class); course != nil && len(v.Courses) < maxCourses {
			v.Courses = append(v.Courses, *course)
		}
	}
	if len(v.Rows) == 0 {
		return nil
	}
	return v
}

func newScore(c *dataset.Comparison, names []string, name, class string) score {
	s := score{Name: name, Class: class}
	if entry, ok := detectors.Lookup(name); ok {
		s.Meaning = entry.Meaning
	}
	then := dataset.FindPerformance(c.ReferencePerformance, name, class)
	var now *dataset.Performance
	if last := len(c.Chunks) - 1; last >= 0 {
		now = dataset.FindPerformance(c.Chunks[last].Performance, name, class)
	}
	s.Reference, s.Now, s.Worst = newCell(then), newCell(now), newCell(nil)
	course := c.Course(name, class)
	if worst := worstOf(course); worst >= 0 {
		s.Worst, s.WorstChunk = newCell(course[worst]), names[worst]
	}
	s.Whisker = newWhisker(name, newInterval(then), newInterval(now))
	j := judge(then, now, twenty)
	s.Worse, s.Better = j.worse, j.better
	if then != nil && now != nil && then.Status == "" && now.Status == "" {
		s.Change = signed(now.Value - then.Value)
	}
	return s
}

func signed(x float64) string {
	if text := figure(x); x <= 0 || text == "–" {
		return strings.Replace(text, "-", "−", 1)
	}
	return "+" + figure(x)
}

func newCell(p *dataset.Performance) cell {
	switch {
	case p == nil:
		return cell{Value: "–"}
	case p.Status == detectors.Undefined:
		return cell{Value: "–", Status: string(p.Status), Size: "n " + count(p.N)}
	}
	return cell{figure(p.Value), within(p.Lower, p.Upper), "n " + count(p.N), string(p.Status)}
}

func newInterval(p *dataset.Performance) interval {
	if p == nil || p.Status == detectors.Undefined {
		return interval{}
	}
	return interval{&p.Value, p.Lower, p.Upper}
}

func performanceCourse(c *dataset.Comparison, name, class string) *course {
	points := make([]point, len(c.Chunks))
	ticks := chunkTicks(c)
	for i, p := range c.Course(name, class) {
		points[i] = point{newInterval(p), ticks[i]}
	}
	return newCourse(name, class, newInterval(dataset.FindPerformance(c.ReferencePerformance, name, class)), points)
}
