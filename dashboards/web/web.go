package web

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"html/template"
	"net/http"
	"strconv"
	"time"

	"github.com/rs/zerolog"

	"github.com/anchorwatch/anchorwatch/agent/admin"
)

//go:embed templates/overview.html
var templates embed.FS

//go:embed static/style.css
var stylesheet []byte

// Stylesheet returns the look of the pages, for others that shall look alike.
func Stylesheet() string { return string(stylesheet) }

// Options is what New takes.
type Options struct {
	Views  admin.Views
	Logger zerolog.Logger
}

// New returns the handler of the page at / and of its stylesheet. Every other path is not found. Links are relative, so
// that the page works under any prefix.
func New(options Options) http.Handler {
	sum := sha256.Sum256(stylesheet)
	style := "static/style-" + hex.EncodeToString(sum[:6]) + ".css" // a new content is a new name: it may be cached for ever
	overview := &overview{
		views: options.Views, logger: options.Logger, style: style,
		template: template.Must(template.New("overview.html").Funcs(formats).ParseFS(templates, "templates/overview.html")),
	}
	mux := http.NewServeMux()
	mux.Handle("GET /{$}", overview)
	mux.HandleFunc("GET /"+style, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/css; charset=utf-8")
		w.Header().Set("Cache-Control", "public, max-age=31536000, immutable")
		http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(stylesheet))
	})
	return mux
}

type overview struct {
	views    admin.Views
	logger   zerolog.Logger
	style    string
	template *template.Template
}

func (o *overview) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	p := newPage(o.views.Snapshot())
	p.Style, p.Refresh = o.style, refresh(r)
	var out bytes.Buffer // whole or not at all
	if err := o.template.Execute(&out, p); err != nil {
		o.logger.Error().Err(err).Msg("draw overview page")
		http.Error(w, "the page could not be drawn; /api/v1 has the same facts", http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	if _, err := out.WriteTo(w); err != nil {
		o.logger.Debug().Err(err).Msg("write overview page")
	}
}

// refresh is the number of seconds after which the reader asked to see the page anew, 0 for never: a page that reloads by
// itself loses one's place, so nobody gets that unasked.
func refresh(r *http.Request) int {
	seconds, err := strconv.Atoi(r.URL.Query().Get("refresh"))
	if err != nil || seconds < 2 || seconds > 3600 {
		return 0
	}
	return seconds
}
