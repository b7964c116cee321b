package retrain

import (
	"encoding/base64"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"
)

// SignatureTolerance is how far a message's timestamp may be from the receiver's clock.
const SignatureTolerance = 5 * time.Minute

// ErrSignature is a message whose signature, id or timestamp cannot be trusted.
var ErrSignature = errors.New("signature refused")

// Signer signs and verifies messages as Standard Webhooks 1.0 does (https://www.standardwebhooks.com): headers
// webhook-id, webhook-timestamp, and webhook-signature, which lists "v1," and the base64 HMAC-SHA256 of
// "{id}.{timestamp}.{body}" once per secret. It is safe for concurrent use.
type Signer struct {
	keys []*standardwebhooks.Webhook
}

// NewSigner takes one secret, or two while one replaces the other: "whsec_" and 24 to 64 random bytes in base64. Messages
// are signed with each, and accepted with any.
func NewSigner(secrets ...string) (*Signer, error) {
	if len(secrets) == 0 {
		return nil, errors.New("webhook secret: none given")
	}
	s := &Signer{}
	for i, secret := range secrets {
		raw, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(secret, "whsec_"))
		if err != nil { // the cause would quote the secret's characters
			return nil, fmt.Errorf("webhook secret %d: not base64", i+1)
		}
		if len(raw) < 24 || len(raw) > 64 {
			return nil, fmt.Errorf("webhook secret %d: %d bytes: want 24 to 64", i+1, len(raw))
		}
		key, err := standardwebhooks.NewWebhookRaw(raw)
		if err != nil {
			return nil, fmt.Errorf("webhook secret %d: %w", i+1, err)
		}
		s.keys = append(s.keys, key)
	}
	return s, nil
}

// Sign sets the three headers for one attempt to send body. The id must be the same in every attempt and hold no dot.
func (s *Signer) Sign(header http.Header, id string, at time.Time, body []byte) error {
	signatures := make([]string, len(s.keys))
	for i, key := range s.keys {
		signature, err := key.Sign(id, at, body)
		if err != nil {
			return fmt.Errorf("sign webhook: %w", err)
		}
		signatures[i] = signature
	}
	header.Set(standardwebhooks.HeaderWebhookID, id)
	header.Set(standardwebhooks.HeaderWebhookTimestamp, strconv.FormatInt(at.Unix(), 10))
	header.Set(standardwebhooks.HeaderWebhookSignature, strings.Join(signatures, " "))
	return nil
}

// Verify checks the signature over the raw body, in constant time, and the timestamp against now. Every error wraps
// ErrSignature. It does not know which ids have been seen before.
func (s *Signer) Verify(header http.Header, body []byte, now time.Time) error {
	if strings.Contains(header.Get(standardwebhooks.HeaderWebhookID), ".") {
		return fmt.Errorf("%w: webhook-id must not contain a dot", ErrSignature)
	}
	seconds, err := strconv.ParseInt(header.Get(standardwebhooks.HeaderWebhookTimestamp), 10, 64)
	if err != nil {
		return fmt.Errorf("%w: webhook-timestamp is missing or no number of seconds", ErrSignature)
	}
	if skew := now.Sub(time.Unix(seconds, 0)).Abs(); skew > SignatureTolerance {
		return fmt.Errorf("%w: webhook-timestamp is more than %s away", ErrSignature, SignatureTolerance)
	}
	for _, key := range s.keys {
		// The library's own check of the timestamp reads the wall clock.
		if key.VerifyIgnoringTimestamp(body, header) == nil {
			return nil
		}
	}
	return fmt.Errorf("%w: no signature matches", ErrSignature)
}

// source names this agent's part in CloudEvents.
func source(environment, model string) string {
	return "/anchorwatch/" + url.PathEscape(environment) + "/" + url.PathEscape(model)
}
