package retrain_test

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/rs/zerolog"

	"github.com/anchorwatch/anchorwatch/alerts"
	"github.com/anchorwatch/anchorwatch/alerts/retrain"
	"github.com/anchorwatch/anchorwatch/alerts/retrain/retrainfake"
)

func clock() time.Time { return noon }

// serve starts a server that ends with the test.
func serve(t *testing.T, handler http.Handler) *httptest.Server {
	t.Helper()
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	return server
}

// pipeline starts a fake pipeline.
func pipeline(t *testing.T, onRequest func(retrainfake.Received)) (*retrainfake.Receiver, string) {
	t.Helper()
	fake, err := retrainfake.New(retrainfake.Options{Signer: signer(t, secret), Now: clock, OnRequest: onRequest})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(fake.Close)
	return fake, serve(t, fake).URL + "/train?token=s3cret"
}

func webhook(t *testing.T, url string, change func(*retrain.WebhookOptions)) *retrain.Webhook {
	t.Helper()
	o := retrain.WebhookOptions{URL: url, Signer: signer(t, secret), Now: clock, Logger: zerolog.Nop()}
	if change != nil {
		change(&o)
	}
	w, err := retrain.NewWebhook(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(w.Close)
	return w
}

// ordered returns the entry of a request.
func ordered(t *testing.T, o retrain.Options) alerts.Entry {
	t.Helper()
	l := newLine(t, o)
	l.consider(open, accuracyFell())
	return l.last()
}

func TestWhatIsSent(t *testing.T) {
	fake, url := pipeline(t, nil)
	entry := ordered(t, options())
	receipt, err := webhook(t, url, nil).Notify(t.Context(), entry, nil)
	if err != nil || string(receipt) != `{"status":202,"run_id":"run-1"}` {
		t.Fatalf("receipt %s, %v", receipt, err)
	}
	got := fake.Requests()[0]
	if got.Refused != "" || got.Method != http.MethodPost || !bytes.Equal(got.Body, entry.Payload) {
		t.Errorf("received %+v", got)
	}
	for name, want := range map[string]string{
		"Content-Type": "application/cloudevents+json", "Webhook-Id": entry.ID, "Idempotency-Key": entry.Key,
		"Webhook-Timestamp": "1795262400", "User-Agent": "anchorwatch",
	} {
		if got.Header.Get(name) != want {
			t.Errorf("%s: got %q, want %q", name, got.Header.Get(name), want)
		}
	}
}

func TestClassification(t *testing.T) {
	const final, done = time.Duration(-2), time.Duration(-1) // else: retryable after
	for name, c := range map[string]struct {
		answer  retrainfake.Answer
		want    time.Duration
		receipt string
	}{
		"200 with a run":         {retrainfake.Answer{Status: 200, Body: `{"run_id":"7","run_url":"https://p.example/7","x":1}`}, done, `{"status":200,"run_id":"7","run_url":"https://p.example/7"}`},
		"204":                    {retrainfake.Fail(204), done, `{"status":204}`},
		"not JSON":               {retrainfake.Answer{Status: 201, Body: "<html>"}, done, `{"status":201}`},
		"a script as link":       {retrainfake.Accept("7\n\x1b[31m", "javascript:alert(1)"), done, `{"status":202,"run_id":"7[31m"}`},
		"a lying receipt":        {retrainfake.Answer{Status: 202, Body: `{"dry_run":true,"status":7}`}, done, `{"status":202}`},
		"a link with a password": {retrainfake.Accept("", "https://user:pw@p.example/"), done, `{"status":202}`},
		"a flood":                {retrainfake.Flood(1 << 20), done, `{"status":200}`},
		"409":                    {retrainfake.Fail(409), done, `{"status":409,"duplicate":true}`},
		"redirect":               {retrainfake.Redirect("/elsewhere"), final, ""},
		"400":                    {retrainfake.Fail(400), final, ""},
		"401":                    {retrainfake.Fail(401), final, ""},
		"404":                    {retrainfake.Fail(404), final, ""},
		"410":                    {retrainfake.Fail(410), final, ""},
		"422":                    {retrainfake.Fail(422), final, ""},
		"408":                    {retrainfake.Fail(408), 0, ""},
		"425":                    {retrainfake.Fail(425), 0, ""},
		"429":                    {retrainfake.Fail(429), 0, ""},
		"429 with seconds":       {retrainfake.Busy(429, "17"), 17 * time.Second, ""},
		"429 for ever":           {retrainfake.Busy(429, "999999999999"), time.Hour, ""},
		"429 negative":           {retrainfake.Busy(429, "-5"), 0, ""},
		"429 nonsense":           {retrainfake.Busy(429, "soon"), 0, ""},
		"503 with a date":        {retrainfake.Busy(503, noon.Add(90*time.Second).Format(http.TimeFormat)), 90 * time.Second, ""},
		"503 from the past":      {retrainfake.Busy(503, noon.Add(-time.Hour).Format(http.TimeFormat)), 0, ""},
		"500":                    {retrainfake.Fail(500), 0, ""},
	} {
		t.Run(name, func(t *testing.T) {
			fake, url := pipeline(t, nil)
			fake.Script(c.answer)
			receipt, err := webhook(t, url, nil).Notify(t.Context(), ordered(t, options()), nil)
			if string(receipt) != c.receipt || (err == nil) != (c.want == done) {
				t.Fatalf("receipt %s, error %v", receipt, err)
			}
			retryable := alerts.AsRetryable(err)
			if (retryable != nil) != (c.want >= 0) || (retryable != nil && retryable.After != c.want) {
				t.Errorf("retryable %+v, want after %v", retryable, c.want)
			}
			if err != nil && strings.Contains(err.Error(), "s3cret") {
				t.Errorf("the error shows the URL: %v", err)
			}
			if n := len(fake.Requests()); n != 1 {
				t.Errorf("%d requests", n)
			}
		})
	}
}

func TestNetworkFailures(t *testing.T) {
	gone := httptest.NewServer(http.NotFoundHandler())
	gone.Close()
	cut := serve(t, http.HandlerFunc(func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }))
	hanging, hangingURL := pipeline(t, nil)
	hanging.Script(retrainfake.Hang())
	_, fakeURL := pipeline(t, nil)
	cancelled, cancel := context.WithCancel(t.Context())
	cancel()
	for name, c := range map[string]struct {
		ctx       context.Context
		url       string
		deny      bool
		retryable bool
	}{
		"nobody listens":    {t.Context(), gone.URL + "/s3cret", false, true},
		"connection cut":    {t.Context(), cut.URL + "/s3cret", false, true},
		"no answer":         {t.Context(), hangingURL, false, true},
		"cancelled":         {cancelled, fakeURL, false, true},
		"private, denied":   {t.Context(), fakeURL, true, false},
		"metadata service":  {t.Context(), "http://169.254.169.254/s3cret", false, false},
		"password in a URL": {t.Context(), strings.Replace(gone.URL, "://", "://user:s3cret@", 1), false, true},
	} {
		t.Run(name, func(t *testing.T) {
			w := webhook(t, c.url, func(o *retrain.WebhookOptions) { o.Timeout, o.DenyPrivate = 100*time.Millisecond, c.deny })
			_, err := w.Notify(c.ctx, ordered(t, options()), nil)
			if err == nil || (alerts.AsRetryable(err) != nil) != c.retryable {
				t.Errorf("error %v, want retryable %v", err, c.retryable)
			}
			if err != nil && strings.Contains(err.Error(), "s3cret") {
				t.Errorf("the error shows the URL: %v", err)
			}
		})
	}
}

// Each attempt is signed for its own moment, with the same id and the same body; the pipeline knows it for a repetition.
func TestRetriesAreSignedAnew(t *testing.T) {
	fake, url := pipeline(t, nil)
	fake.Script(retrainfake.Hang())
	now := noon
	w := webhook(t, url, func(o *retrain.WebhookOptions) {
		o.Now, o.Timeout = func() time.Time { return now }, 100*time.Millisecond
	})
	entry := ordered(t, options())
	if _, err := w.Notify(t.Context(), entry, nil); alerts.AsRetryable(err) == nil {
		t.Fatalf("first attempt: %v", err)
	}
	now = now.Add(3 * time.Minute)
	receipt, err := w.Notify(t.Context(), entry, nil)
	if err != nil || string(receipt) != `{"status":409,"run_id":"run-1","duplicate":true}` {
		t.Fatalf("second attempt: %s, %v", receipt, err)
	}
	first, second := fake.Requests()[0], fake.Requests()[1]
	if !bytes.Equal(first.Body, second.Body) || first.Header.Get("webhook-id") != second.Header.Get("webhook-id") || !second.Duplicate {
		t.Errorf("attempts differ: %+v and %+v", first, second)
	}
	if first.Header.Get("webhook-timestamp") == second.Header.Get("webhook-timestamp") {
		t.Error("the second attempt was not signed anew")
	}
}

func TestDryRunSendsNothing(t *testing.T) {
	fake, url := pipeline(t, nil)
	var log bytes.Buffer
	dry := options()
	dry.DryRun = true
	for name, notify := range map[string]func() (json.RawMessage, error){
		"configured": func() (json.RawMessage, error) {
			w := webhook(t, url, func(o *retrain.WebhookOptions) { o.DryRun, o.Logger = true, zerolog.New(&log) })
			return w.Notify(t.Context(), ordered(t, options()), nil)
		},
		"made as a dry run": func() (json.RawMessage, error) {
			return webhook(t, url, nil).Notify(t.Context(), ordered(t, dry), nil)
		},
	} {
		if receipt, err := notify(); err != nil || string(receipt) != `{"dry_run":true}` {
			t.Errorf("%s: %s, %v", name, receipt, err)
		}
	}
	if len(fake.Requests()) > 0 || !strings.Contains(log.String(), `"min_span":"12w"`) {
		t.Errorf("sent %d, logged %s", len(fake.Requests()), &log)
	}
}

func TestWebhookOptions(t *testing.T) {
	good := retrain.WebhookOptions{URL: "https://p.example/x", Signer: signer(t, secret), Now: clock}
	for name, change := range map[string]func(*retrain.WebhookOptions){
		"no URL":         func(o *retrain.WebhookOptions) { o.URL = "" },
		"another scheme": func(o *retrain.WebhookOptions) { o.URL = "file:///s3cret" },
		"no host":        func(o *retrain.WebhookOptions) { o.URL = "https:///s3cret" },
		"no URL at all":  func(o *retrain.WebhookOptions) { o.URL = "https://s3cret\x7f" },
		"no signer":      func(o *retrain.WebhookOptions) { o.Signer = nil },
		"no clock":       func(o *retrain.WebhookOptions) { o.Now = nil },
	} {
		o := good
		change(&o)
		if _, err := retrain.NewWebhook(o); err == nil || strings.Contains(err.Error(), "s3cret") {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := webhook(t, good.URL, nil).Notify(t.Context(), alerts.Entry{Payload: json.RawMessage(`7`)}, nil); err == nil || alerts.AsRetryable(err) != nil {
		t.Errorf("a payload that is no request: %v", err)
	}
}

// The whole loop over real HTTP: desk, webhook, pipeline, callbacks, desk.
func TestLoopOverHTTP(t *testing.T) {
	type report struct {
		callback retrain.Callback
		done     chan struct{}
	}
	reports := make(chan report)
	handler := callbackHandler(t, func(_ context.Context, c retrain.Callback) error {
		r := report{c, make(chan struct{})}
		reports <- r
		<-r.done
		return nil
	})
	agent := serve(t, handler)
	requests := make(chan retrainfake.Received, 1)
	fake, url := pipeline(t, func(r retrainfake.Received) { requests <- r })

	o := options()
	o.CallbackURL = agent.URL
	l := newLine(t, o)
	l.version("1")
	l.consider(open, accuracyFell())
	receipt, err := webhook(t, url, nil).Notify(t.Context(), l.last(), nil)
	if err != nil {
		t.Fatal(err)
	}
	l.want(l.delivered(string(receipt), ""), "approved>accepted run run-1")

	trained := make(chan error, 1)
	go func() {
		request := <-requests
		if err := fake.Running(t.Context(), request); err != nil {
			trained <- err
			return
		}
		trained <- fake.Succeeded(t.Context(), request, "2")
	}()
	for _, want := range []string{"accepted>running", "running>finished made version 2"} {
		r := <-reports
		l.want(l.desk.Callback(r.callback, l.at, l.now), want)
		close(r.done)
	}
	if err := <-trained; err != nil {
		t.Fatal(err)
	}
	l.want(l.version("2"), "finished>new_version_seen")
}

// The receiver trusts nobody.
func TestReceiverRefuses(t *testing.T) {
	fake, url := pipeline(t, nil)
	entry := ordered(t, options())
	send := func(method string, change func(http.Header), body []byte) int {
		request, err := http.NewRequestWithContext(t.Context(), method, url, bytes.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		request.Header.Set("Content-Type", "application/cloudevents+json; charset=UTF-8")
		request.Header.Set("Idempotency-Key", entry.Key)
		if err := signer(t, secret).Sign(request.Header, entry.ID, noon, body); err != nil {
			t.Fatal(err)
		}
		change(request.Header)
		answer, err := http.DefaultClient.Do(request)
		if err != nil {
			t.Fatal(err)
		}
		_ = answer.Body.Close()
		return answer.StatusCode
	}
	t.Cleanup(http.DefaultClient.CloseIdleConnections)
	same := func(http.Header) {}
	for name, c := range map[string]struct {
		method string
		change func(http.Header)
		body   []byte
		want   int
	}{
		"GET":           {http.MethodGet, same, entry.Payload, 405},
		"plain JSON":    {http.MethodPost, func(h http.Header) { h.Set("Content-Type", "application/json") }, entry.Payload, 415},
		"bad signature": {http.MethodPost, func(h http.Header) { h.Set("webhook-signature", "v1,AAAA") }, entry.Payload, 401},
		"old":           {http.MethodPost, func(h http.Header) { h.Set("webhook-timestamp", "1649367553") }, entry.Payload, 401},
		"no event":      {http.MethodPost, same, []byte(`{}`), 400},
		"no JSON":       {http.MethodPost, same, []byte(`{`), 400},
		"another key":   {http.MethodPost, func(h http.Header) { h.Set("Idempotency-Key", "x") }, entry.Payload, 400},
		"too large":     {http.MethodPost, same, make([]byte, 70_000), 413},
	} {
		if got := send(c.method, c.change, c.body); got != c.want {
			t.Errorf("%s: got %d, want %d", name, got, c.want)
		}
	}
	if got := send(http.MethodPost, same, entry.Payload); got != 202 {
		t.Errorf("good: %d", got)
	}
	if err := fake.Running(t.Context(), retrainfake.Received{}); err == nil {
		t.Error("a report to nowhere")
	}
}
