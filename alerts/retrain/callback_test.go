package retrain_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/rs/zerolog"

	"github.com/anchorwatch/anchorwatch/alerts/retrain"
)

func callbackHandler(t *testing.T, accept func(context.Context, retrain.Callback) error) *retrain.CallbackHandler {
	t.Helper()
	h, err := retrain.NewCallbackHandler(retrain.CallbackOptions{
		Signer: signer(t, secret, oldSecret), Accept: accept, Now: clock, Logger: zerolog.Nop(),
	})
	if err != nil {
		t.Fatal(err)
	}
	return h
}

// call posts a signed callback and returns the answer.
func call(t *testing.T, h http.Handler, id, body string) *httptest.ResponseRecorder {
	t.Helper()
	request := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/", strings.NewReader(body))
	if err := signer(t, oldSecret).Sign(request.Header, id, noon, []byte(body)); err != nil {
		t.Fatal(err)
	}
	answer := httptest.NewRecorder()
	h.ServeHTTP(answer, request)
	return answer
}

const good = `{"request_id":"anchorwatch-elec-x","status":"finished","run_url":"https://p.example/7","model_version":"2",
	"metrics":{"accuracy":0.775,"note":"fine","loss":null,"big":1e999,"rows":4032},"unknown":[1]}`

func TestCallbackIsHeard(t *testing.T) {
	var got []retrain.Callback
	h := callbackHandler(t, func(ctx context.Context, c retrain.Callback) error {
		if deadline, ok := ctx.Deadline(); !ok || time.Until(deadline) > 3*time.Second {
			t.Error("no deadline of 3 s")
		}
		got = append(got, c)
		return nil
	})
	if a := call(t, h, "msg_1", good); a.Code != http.StatusAccepted || a.Body.Len() > 0 {
		t.Errorf("answer %d %s", a.Code, a.Body)
	}
	want := retrain.Callback{
		RequestID: "anchorwatch-elec-x", Status: retrain.StatusSucceeded, RunURL: "https://p.example/7", ModelVersion: "2",
		Metrics: retrain.Metrics{"accuracy": 0.775, "rows": 4032},
	}
	if len(got) != 1 || !reflect.DeepEqual(got[0], want) {
		t.Errorf("got %+v", got)
	}
	// Played again: answered well, not heard again.
	if a := call(t, h, "msg_1", good); a.Code != http.StatusAccepted || len(got) != 1 {
		t.Errorf("replay: %d, heard %d", a.Code, len(got))
	}
	if a := call(t, h, "msg_2", good); a.Code != http.StatusAccepted || len(got) != 2 {
		t.Errorf("another id: %d, heard %d", a.Code, len(got))
	}
}

func TestCallbackAnswers(t *testing.T) {
	for name, c := range map[string]struct {
		body   string
		accept error
		want   int
	}{
		"no JSON":         {`{`, nil, 400},
		"trailing":        {good + "{}", nil, 400},
		"no request":      {`{"status":"running"}`, nil, 400},
		"no status":       {`{"request_id":"k"}`, nil, 400},
		"another status":  {`{"request_id":"k","status":"queued"}`, nil, 400},
		"too large":       {`{"x":"` + strings.Repeat("x", 1<<20) + `"}`, nil, 413},
		"unknown request": {good, fmt.Errorf("acts: %w", retrain.ErrUnknownRequest), 404},
		"ended request":   {good, retrain.ErrRequestEnded, 409},
		"not durable":     {good, errors.New("write acts.log: no space left"), 503},
	} {
		t.Run(name, func(t *testing.T) {
			calls := 0
			h := callbackHandler(t, func(context.Context, retrain.Callback) error { calls++; return c.accept })
			a := call(t, h, "msg_1", c.body)
			if a.Code != c.want {
				t.Errorf("got %d %s, want %d", a.Code, a.Body, c.want)
			}
			if strings.Contains(a.Body.String(), "acts.log") {
				t.Errorf("the answer shows our cause: %s", a.Body)
			}
			// What was refused is not remembered: the same message is tried again.
			if c.accept != nil {
				if call(t, h, "msg_1", c.body); calls != 2 {
					t.Errorf("accepted %d times", calls)
				}
			}
		})
	}
}

func TestCallbackNeedsSignature(t *testing.T) {
	h := callbackHandler(t, func(context.Context, retrain.Callback) error {
		t.Error("heard")
		return nil
	})
	for name, change := range map[string]func(*http.Request){
		"unsigned": func(r *http.Request) { r.Header.Del("webhook-signature") },
		"changed":  func(r *http.Request) { r.Header.Set("webhook-id", "msg_2") },
		"old": func(r *http.Request) {
			_ = signer(t, secret).Sign(r.Header, "msg_1", noon.Add(-6*time.Minute), []byte(good))
		},
		"another secret": func(r *http.Request) {
			_ = signer(t, "whsec_"+strings.Repeat("A", 32)).Sign(r.Header, "msg_1", noon, []byte(good))
		},
	} {
		request := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/", strings.NewReader(good))
		_ = signer(t, secret).Sign(request.Header, "msg_1", noon, []byte(good))
		change(request)
		answer := httptest.NewRecorder()
		if h.ServeHTTP(answer, request); answer.Code != http.StatusUnauthorized {
			t.Errorf("%s: got %d", name, answer.Code)
		}
	}
	answer := httptest.NewRecorder()
	h.ServeHTTP(answer, httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/", nil))
	if answer.Code != http.StatusMethodNotAllowed || answer.Header().Get("Allow") != "POST" {
		t.Errorf("GET: %d", answer.Code)
	}
	if _, err := retrain.NewCallbackHandler(retrain.CallbackOptions{}); err == nil {
		t.Error("no error without options")
	}
}

func FuzzParseCallback(f *testing.F) {
	for _, seed := range []string{good, `{}`, `{"request_id":"k","status":"running"}`, `null`, `{"request_id":"k","status":"failed","metrics":[]}`, `{"request_id":"k","status":"failed","run_url":"http://u:p@h"}`} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		c, err := retrain.ParseCallback(body)
		if err != nil {
			return
		}
		if len(c.Metrics) > 50 || (c.RunURL != "" && !strings.HasPrefix(c.RunURL, "http")) {
			t.Errorf("kept %+v", c)
		}
		// It goes through the log of acts and a checkpoint unchanged.
		logged, err := json.Marshal(c)
		if err != nil {
			t.Fatal(err)
		}
		again, err := retrain.ParseCallback(logged)
		if err != nil || !reflect.DeepEqual(again, c) {
			t.Errorf("logged %+v, read %+v, %v", c, again, err)
		}
		l := newLine(t, options())
		l.consider(open, accuracyFell())
		c.RequestID = l.last().Key
		l.desk.Callback(c, l.at, l.now)
		if data := encode(t, l.desk); !bytes.Contains(data, []byte(`"format":1`)) {
			t.Errorf("encoded %s", data)
		}
	})
}
