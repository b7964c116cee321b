// Package web draws what agent/admin lets others see: one overview page, for the person whom a message has just woken.
//
// The page is made on the server by html/template with plots of our own in SVG. There is no script and no style in the
// markup, so that the strictest Content-Security-Policy holds: feature names come from strangers and must stay text.
//
// Reading order: web.go (the handler), page.go (from a snapshot to what the template shows), plot.go (geometry of bars and
// sparklines), format.go (numbers and times for people), templates/overview.html, static/style.css.
package web
