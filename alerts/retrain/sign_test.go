package retrain_test

import (
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/anchorwatch/anchorwatch/alerts/retrain"
)

const (
	secret    = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD"
	oldSecret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
)

func signer(t *testing.T, secrets ...string) *retrain.Signer {
	t.Helper()
	s, err := retrain.NewSigner(secrets...)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// The vector of Standard Webhooks: its reference implementation made the signature from this secret, id, time and body.
func TestSignatureVector(t *testing.T) {
	header, at := http.Header{}, time.Unix(1649367553, 0)
	body := []byte(`{"email":"test@example.com","username":"test_user"}`)
	const id, want = "msg_27UH4WbU6Z5A5EzD8u03UvzRbpk", "v1,tZ1I4/hDygAJgO5TYxiSd6Sd0kDW6hPenDe+bTa3Kkw="
	if err := signer(t, secret).Sign(header, id, at, body); err != nil {
		t.Fatal(err)
	}
	if header.Get("webhook-id") != id || header.Get("webhook-timestamp") != "1649367553" || header.Get("webhook-signature") != want {
		t.Errorf("got %v", header)
	}
	if err := signer(t, secret).Verify(header, body, at); err != nil {
		t.Error(err)
	}
}

func TestVerify(t *testing.T) {
	at, body := time.Unix(1649367553, 0), []byte(`{"status":"running"}`)
	for name, c := range map[string]struct {
		change func(http.Header)
		body   string
		now    time.Time
		by     *retrain.Signer
		ok     bool
	}{
		"as signed":                  {ok: true},
		"five minutes late":          {now: at.Add(5 * time.Minute), ok: true},
		"five minutes ahead":         {now: at.Add(-5 * time.Minute), ok: true},
		"later":                      {now: at.Add(5*time.Minute + time.Second)},
		"further ahead":              {now: at.Add(-5*time.Minute - time.Second)},
		"another body":               {body: `{"status":"failed" }`},
		"another id":                 {change: func(h http.Header) { h.Set("webhook-id", "msg_2") }},
		"another time":               {change: func(h http.Header) { h.Set("webhook-timestamp", "1649367554") }},
		"an id with a dot":           {change: func(h http.Header) { h.Set("webhook-id", "msg.1") }},
		"no id":                      {change: func(h http.Header) { h.Del("webhook-id") }},
		"no time":                    {change: func(h http.Header) { h.Del("webhook-timestamp") }},
		"no signature":               {change: func(h http.Header) { h.Del("webhook-signature") }},
		"garbage":                    {change: func(h http.Header) { h.Set("webhook-signature", "v1,,, v1 v2,x") }},
		"both secrets while rotated": {by: signer(t, oldSecret, secret), ok: true},
		"the old secret alone":       {by: signer(t, oldSecret)},
	} {
		t.Run(name, func(t *testing.T) {
			header := http.Header{}
			if err := signer(t, secret).Sign(header, "msg_1", at, body); err != nil {
				t.Fatal(err)
			}
			if c.change != nil {
				c.change(header)
			}
			if c.body == "" {
				c.body = string(body)
			}
			if c.now.IsZero() {
				c.now = at
			}
			if c.by == nil {
				c.by = signer(t, secret)
			}
			err := c.by.Verify(header, []byte(c.body), c.now)
			if (err == nil) != c.ok || (err != nil && !errors.Is(err, retrain.ErrSignature)) {
				t.Errorf("got %v, want ok %v", err, c.ok)
			}
		})
	}
}

// A message signed with two secrets is accepted by a receiver that knows either.
func TestRotation(t *testing.T) {
	header, at := http.Header{}, time.Unix(1649367553, 0)
	if err := signer(t, secret, oldSecret).Sign(header, "msg_1", at, []byte("{}")); err != nil {
		t.Fatal(err)
	}
	for _, known := range []string{secret, oldSecret} {
		if err := signer(t, known).Verify(header, []byte("{}"), at); err != nil {
			t.Error(err)
		}
	}
}

func TestBadSecrets(t *testing.T) {
	for _, secrets := range [][]string{nil, {""}, {"whsec_"}, {"whsec_c2hvcnQ="}, {"whsec_häßlich"}, {secret, "x"}} {
		_, err := retrain.NewSigner(secrets...)
		if err == nil {
			t.Errorf("%q: no error", secrets)
		} else if strings.Contains(err.Error(), "häß") || strings.Contains(err.Error(), "c2hv") {
			t.Errorf("the error shows the secret: %v", err)
		}
	}
}
