package docs_test

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"go/format"
	"net/http"
	"net/http/httptest"
	"os/exec"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/anchorwatch/anchorwatch/alerts/retrain"
)

// The same secret, id, time and body as in the page's own check.
const (
	pageSecret = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD"
	pageID     = "anchorwatch-elec-2deivsxadqirw2oxsceba6miz6-requested"
	pageBody   = `{"specversion":"1.0"}`
)

var pageTime = time.Unix(1763708400, 0)

// verify is the function that retrain.md shows.
func verify(secret string, header http.Header, body []byte, now time.Time) error {
	key, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(secret, "whsec_"))
	if err != nil {
		return err
	}
	seconds, err := strconv.ParseInt(header.Get("webhook-timestamp"), 10, 64)
	if err != nil || now.Sub(time.Unix(seconds, 0)).Abs() > 5*time.Minute {
		return errors.New("webhook-timestamp is missing or too far away")
	}
	mac := hmac.New(sha256.New, key)
	mac.Write([]byte(header.Get("webhook-id") + "." + header.Get("webhook-timestamp") + "."))
	mac.Write(body)
	want := "v1," + base64.StdEncoding.EncodeToString(mac.Sum(nil))
	for signature := range strings.FieldsSeq(header.Get("webhook-signature")) {
		if hmac.Equal([]byte(signature), []byte(want)) {
			return nil
		}
	}
	return errors.New("no signature matches")
}

// The page's function is the one above, and it agrees with the signer.
func TestVerifyInGo(t *testing.T) {
	shown, err := format.Source([]byte(blocks(t, "retrain.md", "go")[0].text))
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(page(t, "retrain_test.go"), string(bytes.TrimSpace(shown))) {
		t.Error("retrain.md shows another function than retrain_test.go tests")
	}
	header := signed(t)
	if err := verify(pageSecret, header, []byte(pageBody), pageTime); err != nil {
		t.Error(err)
	}
	for name, wrong := range map[string]error{
		"body":   verify(pageSecret, header, []byte(pageBody+" "), pageTime),
		"time":   verify(pageSecret, header, []byte(pageBody), pageTime.Add(6*time.Minute)),
		"secret": verify("whsec_"+base64.StdEncoding.EncodeToString(make([]byte, 24)), header, []byte(pageBody), pageTime),
	} {
		if wrong == nil {
			t.Errorf("another %s was accepted", name)
		}
	}
}

// Where there is a Python, the page's program agrees too. Without one this only checks that the page names the right
// signature.
func TestVerifyInPython(t *testing.T) {
	header := signed(t)
	if !strings.Contains(page(t, "retrain.md"), header.Get("webhook-signature")) {
		t.Errorf("retrain.md does not name the signature %s", header.Get("webhook-signature"))
	}
	python, err := exec.LookPath("python3")
	if err != nil {
		return
	}
	out, err := exec.CommandContext(t.Context(), python, "-c", blocks(t, "retrain.md", "python")[0].text).CombinedOutput()
	if err != nil {
		t.Errorf("%v\n%s", err, out)
	}
}

func signed(t *testing.T) http.Header {
	t.Helper()
	signer, err := retrain.NewSigner(pageSecret)
	if err != nil {
		t.Fatal(err)
	}
	header := http.Header{}
	if err := signer.Sign(header, pageID, pageTime, []byte(pageBody)); err != nil {
		t.Fatal(err)
	}
	return header
}

// The request that the page shows has exactly the keys that a request has; its callbacks are understood.
func TestRetrainExamples(t *testing.T) {
	for _, b := range blocks(t, "retrain.md", "json") {
		if b.info == "callback" {
			if _, err := retrain.ParseCallback([]byte(b.text)); err != nil {
				t.Errorf("%s: %v", b.text, err)
			}
			continue
		}
		decoder := json.NewDecoder(strings.NewReader(b.text))
		decoder.DisallowUnknownFields()
		var request retrain.CloudEvent
		if err := decoder.Decode(&request); err != nil {
			t.Fatal(err)
		}
		var shown, encoded bytes.Buffer
		again, err := json.Marshal(request)
		if err != nil {
			t.Fatal(err)
		}
		if err := json.Compact(&shown, []byte(b.text)); err != nil {
			t.Fatal(err)
		}
		if err := json.Compact(&encoded, again); err != nil {
			t.Fatal(err)
		}
		if shown.String() != encoded.String() {
			t.Errorf("shown\n%s\nwritten\n%s", &shown, &encoded)
		}
	}
}

// What the page says about answers to callbacks is what the handler answers.
func TestCallbackAnswers(t *testing.T) {
	text := page(t, "retrain.md")
	for _, code := range []int{202, 400, 401, 405, 413, 503} {
		if !strings.Contains(text, "`"+strconv.Itoa(code)+"`") {
			t.Errorf("retrain.md does not name %d", code)
		}
	}
	signer, err := retrain.NewSigner(pageSecret)
	if err != nil {
		t.Fatal(err)
	}
	handler, err := retrain.NewCallbackHandler(retrain.CallbackOptions{
		Signer: signer, Now: func() time.Time { return pageTime },
		Accept: func(context.Context, retrain.Callback) error { return nil },
	})
	if err != nil {
		t.Fatal(err)
	}
	for body, want := range map[string]int{`{"request_id":"r","status":"finished"}`: 202, `{}`: 400} {
		request := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/", strings.NewReader(body))
		if err := signer.Sign(request.Header, "msg_1"+strconv.Itoa(want), pageTime, []byte(body)); err != nil {
			t.Fatal(err)
		}
		answer := httptest.NewRecorder()
		handler.ServeHTTP(answer, request)
		if answer.Code != want {
			t.Errorf("%s: %d, want %d", body, answer.Code, want)
		}
	}
}
