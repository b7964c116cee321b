package main

import (
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"
	"unicode/utf8"
)

// style is how a cell is set off.
type style uint8

const (
	plain style = iota
	bold
	alarm
	faint
)

var escapes = [...]string{"", "\x1b[1m", "\x1b[31m", "\x1b[2m"}

// cell is one field of a table for people.
type cell struct {
	text  string
	style style
}

// table is aligned text: the first left columns to the left, the others to the right, and if last is set the last one to
// the left too. The note, if any, stands below.
type table struct {
	left int
	last bool
	note string
	rows [][]cell
}

func (t *table) add(row ...cell) { t.rows = append(t.rows, row) }

// head adds a row of column titles.
func (t *table) head(titles ...string) {
	var row []cell
	for _, title := range titles {
		row = append(row, cell{title, faint})
	}
	t.add(row...)
}

// write prints the rows, two spaces between columns and before the first.
func (t *table) write(w io.Writer, colored bool) {
	var widths []int
	for _, row := range t.rows {
		for i, c := range row {
			if i == len(widths) {
				widths = append(widths, 0)
			}
			widths[i] = max(widths[i], utf8.RuneCountInString(c.text))
		}
	}
	for _, row := range t.rows {
		var line strings.Builder
		for i, c := range row {
			pad := strings.Repeat(" ", widths[i]-utf8.RuneCountInString(c.text))
			line.WriteString("  ")
			if i < t.left || t.last && i == len(row)-1 {
				line.WriteString(painted(c, colored) + pad)
			} else {
				line.WriteString(pad + painted(c, colored))
			}
		}
		fmt.Fprintln(w, strings.TrimRight(line.String(), " "))
	}
	if t.note != "" {
		fmt.Fprintln(w, "  "+painted(cell{t.note, faint}, colored))
	}
}

func painted(c cell, colored bool) string {
	if !colored || c.style == plain || c.text == "" {
		return c.text
	}
	return escapes[c.style] + c.text + "\x1b[0m"
}

// sparkLength is the most characters that a sparkline takes; longer series show the largest value of each part.
const sparkLength = 40

// sparkline draws values from 0 to top, or to their largest if that is more.
func sparkline(values []float64, top float64) string {
	blocks := []rune("▁▂▃▄▅▆▇█")
	for _, x := range values {
		top = max(top, x)
	}
	n := min(len(values), sparkLength)
	line := make([]rune, n)
	for i := range line {
		largest := 0.0
		for _, x := range values[i*len(values)/n : (i+1)*len(values)/n] {
			largest = max(largest, x)
		}
		line[i] = blocks[0]
		if top > 0 {
			line[i] = blocks[min(int(largest/top*float64(len(blocks))), len(blocks)-1)]
		}
	}
	return string(line)
}

// figure prints a number with as many digits as a person reads: three behind the point below 10, none from 1000 on.
func figure(x float64) string {
	switch size := math.Abs(x); {
	case size >= 1e7 || size > 0 && size < 5e-4:
		return strconv.FormatFloat(x, 'g', 3, 64)
	case size >= 1000:
		return grouped(strconv.FormatFloat(x, 'f', 0, 64))
	case size >= 10:
		return strconv.FormatFloat(x, 'f', 1, 64)
	}
	return strconv.FormatFloat(x, 'f', 3, 64)
}

// count prints a whole number with commas.
func count[T int | int64 | uint64](n T) string { return grouped(fmt.Sprint(n)) }

func grouped(digits string) string {
	sign := ""
	if strings.HasPrefix(digits, "-") {
		sign, digits = "-", digits[1:]
	}
	for i := len(digits) - 3; i > 0; i -= 3 {
		digits = digits[:i] + "," + digits[i:]
	}
	return sign + digits
}

// within prints bounds behind a value; empty without.
func within(lower, upper *float64) string {
	if lower == nil || upper == nil {
		return ""
	}
	return fmt.Sprintf(" (%s–%s)", figure(*lower), figure(*upper))
}

// plural puts a number before a noun.
func plural[T int | uint64](n T, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return count(n) + " " + noun + "s"
}
