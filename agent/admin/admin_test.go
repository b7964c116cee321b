package admin_test

import (
	"bytes"
	"encoding/json"
	"io"
	"math"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	client "github.com/prometheus/client_golang/prometheus"
	"github.com/rs/zerolog"
	"go.uber.org/goleak"

	"github.com/anchorwatch/anchorwatch/agent/admin"
	"github.com/anchorwatch/anchorwatch/detectors"
	"github.com/anchorwatch/anchorwatch/detectors/profile"
	"github.com/anchorwatch/anchorwatch/rules"
	"github.com/anchorwatch/anchorwatch/sinks"
	"github.com/anchorwatch/anchorwatch/sinks/sinktest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var now = time.Date(2026, 11, 21, 8, 0, 0, 0, time.UTC)

// views is an agent whose snapshot the tests set.
type views struct {
	snapshot atomic.Pointer[admin.Snapshot]
}

func (v *views) Snapshot() *admin.Snapshot { return v.snapshot.Load() }

func (v *views) Refused() []admin.Refused {
	return []admin.Refused{{Topic: "predictions", Offset: 7, Reason: "bad_json", Value: []byte("{\xff")}}
}

func snapshot() *admin.Snapshot {
	open := sinks.NewWindow(sinktest.Report(detectors.Closed))
	open.Closed, open.Phase, open.Version = false, "", "4"
	return &admin.Snapshot{
		At: now.Add(-2 * time.Second),
		Status: admin.Status{
			Version: "0.1.0", Ready: true, LagSeconds: sinks.Number(math.NaN()), NotPaging: admin.Held,
			PredictionWatermark: sinks.Moment(sinktest.Start), LabelWatermark: sinks.Moment(profile.Dusk),
		},
		Models:  []admin.Model{{Name: "fraud", Version: "3", State: rules.Firing}, {Name: "fraud", Version: "4", State: rules.OK}},
		Windows: []sinks.Window{sinks.NewWindow(sinktest.Report(detectors.Drift)), open},
		Rules: []admin.Rule{
			{Rule: "range", Model: "fraud", Version: "3", Window: "1h", State: rules.Firing, Value: 0.75},
			{Rule: "range", Model: "fraud", Version: "4", Window: "1h", State: rules.OK, Value: sinks.Number(math.Inf(1))},
		},
		Incidents: []admin.Incident{{ID: "inc_1", Model: "fraud", Severity: rules.Page, OpenedAt: sinks.Moment(sinktest.Start)}},
		Retrains:  []admin.Retrain{{ID: "rt_1", Model: "fraud", Version: "3", State: "running"}},
	}
}

// start serves on free ports and returns the base URLs of both listeners.
func start(t *testing.T, options admin.Options) (public, local string) {
	t.Helper()
	if options.Views == nil {
		v := &views{}
		v.snapshot.Store(snapshot())
		options.Views = v
	}
	registry := client.NewPedanticRegistry()
	registry.MustRegister(client.NewGauge(client.GaugeOpts{Name: "anchorwatch_ready", Help: "Ready."}))
	options.Gatherer, options.Address, options.AdminAddress = registry, "127.0.0.1:0", "127.0.0.1:0"
	options.Now = func() time.Time { return now }
	server := admin.New(options)
	if err := server.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		http.DefaultClient.CloseIdleConnections()
		if err := server.Shutdown(t.Context()); err != nil && t.Context().Err() == nil {
			t.Errorf("Shutdown: %v", err)
		}
	})
	return "http://" + server.Addr().String(), "http://" + server.AdminAddr().String()
}

// reply is an answer whose body has been read.
type reply struct {
	StatusCode int
	Header     http.Header
}

func do(t *testing.T, method, url string, change ...func(*http.Request)) (reply, string) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), method, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range change {
		c(request)
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return reply{response.StatusCode, response.Header}, string(body)
}

// TestRoutes is the table of what is served where.
func TestRoutes(t *testing.T) {
	pages := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/" {
			http.NotFound(w, r)
			return
		}
		_, _ = io.WriteString(w, "the pages")
	})
	public, local := start(t, admin.Options{Pages: pages, Pprof: true})
	for _, test := range []struct {
		method, path  string
		public, local int
		contains      string
	}{
		{"GET", "/", 200, 200, "the pages"},
		{"GET", "/nowhere", 404, 404, ""},
		{"GET", "/metrics", 200, 200, "anchorwatch_ready 0"},
		{"GET", "/-/healthy", 200, 200, "healthy"},
		{"GET", "/-/ready", 200, 200, "ready"},
		{"GET", "/api/v1/models", 200, 200, `{"status":"success","data":[{"model":"fraud","version":"3"`},
		{"GET", "/api/v1/windows", 200, 200, `{"status":"success","data":[{"type":"window","model":"fraud"`},
		{"GET", "/api/v1/alerts", 200, 200, `"incidents":[{"id":"inc_1"`},
		{"GET", "/api/v1/retrains", 200, 200, `"state":"running"`},
		{"GET", "/api/v1/status", 200, 200, `"not_paging":"held"`},
		{"GET", "/api/v1/nothing", 404, 404, `"errorType":"not_found"`},
		{"GET", "/debug/poison", 404, 200, ""},
		{"GET", "/debug/pprof/", 404, 200, ""},
		{"GET", "/debug/pprof/goroutine?debug=1", 404, 200, ""},
		{"HEAD", "/metrics", 200, 200, ""},
		{"HEAD", "/-/ready", 200, 200, ""},
		{"HEAD", "/api/v1/models", 200, 200, ""},
		{"HEAD", "/", 200, 200, ""},
		{"POST", "/metrics", 405, 405, ""},
		{"POST", "/api/v1/models", 405, 405, ""},
		{"DELETE", "/-/healthy", 405, 405, ""},
		{"PUT", "/", 405, 405, ""},
	} {
		for base, want := range map[string]int{public: test.public, local: test.local} {
			response, body := do(t, test.method, base+test.path)
			if response.StatusCode != want {
				t.Errorf("%s %s: %d, want %d", test.method, test.path, response.StatusCode, want)
			}
			if want < 500 && test.method == "GET" && !strings.Contains(body, test.contains) {
				t.Errorf("%s %s: %s, want %q in it", test.method, test.path, body, test.contains)
			}
			if test.method == "HEAD" && body != "" {
				t.Errorf("HEAD %s has a body", test.path)
			}
			if want == 405 && response.Header.Get("Allow") == "" {
				t.Errorf("%s %s: 405 without Allow", test.method, test.path)
			}
			checkHeaders(t, test.path, response)
		}
	}
}

func checkHeaders(t *testing.T, path string, response reply) {
	t.Helper()
	for header, want := range map[string]string{
		"X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer", "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
		"Cross-Origin-Opener-Policy": "same-origin", "Cross-Origin-Resource-Policy": "same-origin",
	} {
		if got := response.Header.Get(header); got != want {
			t.Errorf("%s: %s is %q, want %q", path, header, got, want)
		}
	}
	policy := response.Header.Get("Content-Security-Policy")
	if !strings.Contains(policy, "default-src 'none'") || strings.Contains(policy, "unsafe") {
		t.Errorf("%s: Content-Security-Policy %q", path, policy)
	}
	if strings.HasPrefix(path, "/api/") && response.StatusCode == 200 && response.Header.Get("Cache-Control") != "no-store" {
		t.Errorf("%s may be cached", path)
	}
}

func TestWithoutPagesAndPprof(t *testing.T) {
	_, local := start(t, admin.Options{})
	for _, path := range []string{"/", "/debug/pprof/"} {
		if response, _ := do(t, "GET", local+path); response.StatusCode != 404 {
			t.Errorf("GET %s: %d, want 404", path, response.StatusCode)
		}
	}
}

func TestFilters(t *testing.T) {
	public, _ := start(t, admin.Options{})
	for path, want := range map[string]int{
		"models": 2, "models?model=fraud": 2, "models?version=3": 1, "models?model=churn": 0,
		"windows?version=4": 1, "windows?window=1h": 2, "windows?window=1d": 0, "retrains?version=4": 0, "retrains?window=1d": 1,
	} {
		_, body := do(t, "GET", public+"/api/v1/"+path)
		var answer struct{ Data []json.RawMessage }
		if err := json.Unmarshal([]byte(body), &answer); err != nil {
			t.Fatalf("%s: %v in %s", path, err, body)
		}
		if len(answer.Data) != want || answer.Data == nil {
			t.Errorf("%s: %d elements, want %d: %s", path, len(answer.Data), want, body)
		}
	}
}

// TestOpenWindowsAreVisible is what a person sees who does not want to wait for the window's end.
func TestOpenWindowsAreVisible(t *testing.T) {
	public, _ := start(t, admin.Options{})
	_, body := do(t, "GET", public+"/api/v1/windows?version=4")
	if !strings.Contains(body, `"closed":false`) || strings.Contains(body, `"phase"`) {
		t.Errorf("an open window reads %s", body)
	}
}

// TestNoNaNNoNull asks every path while the agent publishes numbers and moments that do not exist.
func TestNoNaNNoNull(t *testing.T) {
	v := &views{}
	public, _ := start(t, admin.Options{Views: v})
	for _, s := range []*admin.Snapshot{snapshot(), {}} {
		v.snapshot.Store(s)
		for _, path := range []string{"models", "windows", "alerts", "retrains", "status"} {
			response, body := do(t, "GET", public+"/api/v1/"+path)
			if response.StatusCode != 200 || !json.Valid([]byte(body)) {
				t.Errorf("%s: %d %s", path, response.StatusCode, body)
			}
			for _, never := range []string{"NaN", "Inf", "null", "dusk", "dawn"} {
				if strings.Contains(body, never) {
					t.Errorf("%s: %s in %s", path, never, body)
				}
			}
		}
	}
}

func TestHealth(t *testing.T) {
	v := &views{}
	public, _ := start(t, admin.Options{Views: v})
	at := func(age time.Duration, ready bool) *admin.Snapshot {
		return &admin.Snapshot{At: now.Add(-age), Status: admin.Status{Ready: ready}}
	}
	for name, test := range map[string]struct {
		snapshot                *admin.Snapshot
		healthy, ready, serving int
	}{
		"restoring":       {nil, 200, 503, 503},
		"not yet ready":   {at(0, false), 200, 503, 200},
		"running":         {at(59*time.Second, true), 200, 200, 200},
		"main loop stuck": {at(61*time.Second, true), 503, 200, 200},
	} {
		v.snapshot.Store(test.snapshot)
		for path, want := range map[string]int{"/-/healthy": test.healthy, "/-/ready": test.ready, "/api/v1/status": test.serving} {
			if response, body := do(t, "GET", public+path); response.StatusCode != want {
				t.Errorf("%s: %s is %d %q, want %d", name, path, response.StatusCode, body, want)
			}
		}
	}
}

// TestForeignHost is a browser whose page has a name of its own for 127.0.0.1.
func TestForeignHost(t *testing.T) {
	public, local := start(t, admin.Options{})
	rebound := func(r *http.Request) { r.Host = "evil.example:9465" }
	if response, _ := do(t, "GET", local+"/debug/poison", rebound); response.StatusCode != 403 {
		t.Errorf("the admin listener answers a foreign host with %d, want 403", response.StatusCode)
	}
	if response, _ := do(t, "GET", public+"/metrics", rebound); response.StatusCode != 200 {
		t.Errorf("the public listener answers with %d: its name is the operator's business", response.StatusCode)
	}
	for _, host := range []string{"localhost:9465", "[::1]:9465", "127.0.0.1"} {
		if response, _ := do(t, "GET", local+"/debug/poison", func(r *http.Request) { r.Host = host }); response.StatusCode != 200 {
			t.Errorf("the admin listener refuses %s", host)
		}
	}
}

func TestAdminListenerMustBeLoopback(t *testing.T) {
	server := admin.New(admin.Options{
		Views: &views{}, Gatherer: client.NewRegistry(), Address: "127.0.0.1:0", AdminAddress: "0.0.0.0:0",
	})
	err := server.Start(t.Context())
	if err == nil || !strings.Contains(err.Error(), "use a loopback address") {
		t.Fatalf("Start = %v, want a refusal with the remedy", err)
	}
	if _, err := new(net.Dialer).DialContext(t.Context(), "tcp", server.Addr().String()); err == nil {
		t.Error("the public listener is left open")
	}
}

// TestPasswords configures a user: the public listener asks for the password everywhere, the admin listener does not, so
// that probes work.
func TestPasswords(t *testing.T) {
	path := filepath.Join(t.TempDir(), "web.yml")
	// bcrypt of "open sesame", cost 4
	content := "basic_auth_users: {reader: $2a$04$.OULjioFzoPtL9FUJ0fhiuShzU4r8fIFxJD.4nzlQPIW26qa8P9XK}\n"
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	public, local := start(t, admin.Options{ConfigFile: path})
	if response, _ := do(t, "GET", public+"/metrics"); response.StatusCode != 401 {
		t.Errorf("without a password: %d, want 401", response.StatusCode)
	}
	signed := func(r *http.Request) { r.SetBasicAuth("reader", "open sesame") }
	if response, _ := do(t, "GET", public+"/metrics", signed); response.StatusCode != 200 {
		t.Errorf("with the password: %d, want 200", response.StatusCode)
	}
	if response, _ := do(t, "GET", local+"/-/ready"); response.StatusCode != 200 {
		t.Errorf("a local probe gets %d, want 200", response.StatusCode)
	}
}

func TestBadWebConfiguration(t *testing.T) {
	server := admin.New(admin.Options{Views: &views{}, Gatherer: client.NewRegistry(), Address: "127.0.0.1:0", ConfigFile: "no/such/web.yml"})
	if err := server.Start(t.Context()); err == nil || !strings.Contains(err.Error(), "no/such/web.yml") {
		t.Errorf("Start = %v, want the file's name", err)
	}
}

func TestShutdown(t *testing.T) {
	var log bytes.Buffer
	server := admin.New(admin.Options{Views: &views{}, Gatherer: client.NewRegistry(), Address: "127.0.0.1:0", Logger: zerolog.New(&log)})
	if err := server.Shutdown(t.Context()); err != nil {
		t.Errorf("Shutdown before Start: %v", err)
	}
	if err := server.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if err := server.Shutdown(t.Context()); err != nil {
			t.Errorf("Shutdown: %v", err)
		}
	}
	if strings.Contains(log.String(), `"level":"error"`) {
		t.Errorf("an orderly shutdown logs an error: %s", log.String())
	}
}

func TestGivenListeners(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0") //nolint:noctx // a test's own listener
	if err != nil {
		t.Fatal(err)
	}
	server := admin.New(admin.Options{Views: &views{}, Gatherer: client.NewRegistry(), Listener: listener})
	if err := server.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	if server.Addr().String() != listener.Addr().String() || server.AdminAddr() != nil {
		t.Errorf("listens on %v and %v", server.Addr(), server.AdminAddr())
	}
	if err := server.Shutdown(t.Context()); err != nil {
		t.Error(err)
	}
}
