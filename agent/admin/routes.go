package admin

import (
	"net"
	"net/http"
	"net/http/pprof"
	"time"

	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// maxBody bounds what a request may bring: nothing here reads bodies.
const maxBody = 1 << 20

// public is what everybody who reaches the port may read. A path that exists answers other methods than GET and HEAD
// with 405, one that does not with 404; both are the multiplexer's doing, as long as every pattern names its method.
func public(options Options) *http.ServeMux {
	api := &api{views: options.Views, logger: options.Logger}
	mux := http.NewServeMux()
	mux.Handle("GET /metrics", promhttp.HandlerFor(options.Gatherer, promhttp.HandlerOpts{
		EnableOpenMetrics: true, MaxRequestsInFlight: 4, Timeout: 10 * time.Second,
	}))
	mux.HandleFunc("GET /-/healthy", healthy(options.Views, options.Now))
	mux.HandleFunc("GET /-/ready", ready(options.Views))
	mux.Handle("GET /api/v1/models", api.show(pickModels))
	mux.Handle("GET /api/v1/windows", api.show(pickWindows))
	mux.Handle("GET /api/v1/alerts", api.show(pickAlerts))
	mux.Handle("GET /api/v1/retrains", api.show(pickRetrains))
	mux.Handle("GET /api/v1/status", api.show(pickStatus))
	mux.HandleFunc("GET /api/", api.notFound)
	if options.Pages != nil {
		mux.Handle("GET /", options.Pages)
	}
	return mux
}

// local adds what only the machine itself may read.
func local(options Options) *http.ServeMux {
	mux := public(options)
	api := &api{views: options.Views, logger: options.Logger}
	mux.HandleFunc("GET /debug/poison", api.refused)
	if options.Pprof {
		mux.HandleFunc("GET /debug/pprof/", pprof.Index)
		mux.HandleFunc("GET /debug/pprof/cmdline", pprof.Cmdline)
		mux.HandleFunc("GET /debug/pprof/profile", pprof.Profile)
		mux.HandleFunc("GET /debug/pprof/symbol", pprof.Symbol)
		mux.HandleFunc("GET /debug/pprof/trace", pprof.Trace)
	}
	return mux
}

// contentSecurityPolicy lets a page load its own files and nothing else, and nobody frame it.
const contentSecurityPolicy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; " +
	"connect-src 'self'; font-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; " +
	"require-trusted-types-for 'script'"

// secured sets the headers that every answer carries and bounds every request.
func secured(next http.Handler) http.Handler {
	return http.MaxBytesHandler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		header := w.Header()
		header.Set("Content-Security-Policy", contentSecurityPolicy)
		header.Set("X-Content-Type-Options", "nosniff")
		header.Set("Referrer-Policy", "no-referrer")
		header.Set("Cross-Origin-Opener-Policy", "same-origin")
		header.Set("Cross-Origin-Resource-Policy", "same-origin")
		header.Set("Permissions-Policy", "camera=(), geolocation=(), microphone=()")
		next.ServeHTTP(w, r)
	}), maxBody)
}

// fromHere refuses requests that name another host than this machine: a page in a browser could otherwise reach the
// admin listener under a name of its own that resolves to the loopback address.
func fromHere(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		host, _, err := net.SplitHostPort(r.Host)
		if err != nil {
			host = r.Host
		}
		if ip := net.ParseIP(host); host != "localhost" && (ip == nil || !ip.IsLoopback()) {
			http.Error(w, "this listener answers to loopback names only", http.StatusForbidden)
			return
		}
		next.ServeHTTP(w, r)
	})
}
