// Package report draws a comparison of two files as one HTML page, for a person who has never seen the data.
//
// The page is a file that can be mailed and opened from disk: its style and its one small script are inside, it loads
// nothing, and its Content-Security-Policy admits nothing else. It is complete without the script, which only narrows the
// list of columns. Names and categories come from strangers and stay text: html/template escapes them, nothing switches
// that off.
//
// It tells what happened from the top down: a sentence, four questions with their answers, what is broken, what moved,
// then performance, groups, columns, and last how the files were read. Sections about what was not measured are absent.
// The same comparison gives the same bytes.
//
// Reading order: report.go (Write), view.go (what the template shows), adapt.go (from dataset.Comparison to the view),
// verdict.go (the four answers), advice.go (what to do first), drivers.go, performance.go, matrix.go, fairness.go, columns.go, then the
// plots: scale.go, histogram.go, whisker.go, course.go, heat.go, reliability.go; format.go (numbers for people), prose.go (names in
// sentences); templates/report.html, static/report.css, static/report.js.
package report
