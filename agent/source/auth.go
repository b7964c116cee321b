package source

import (
	"fmt"

	"github.com/segmentio/kafka-go/sasl"
	"github.com/segmentio/kafka-go/sasl/plain"
	"github.com/segmentio/kafka-go/sasl/scram"
)

// Plain authenticates by SASL/PLAIN. The password crosses the network readable, so use it with TLS only.
func Plain(username, password string) sasl.Mechanism {
	return plain.Mechanism{Username: username, Password: password}
}

// SCRAM256 authenticates by SASL/SCRAM-SHA-256. The error names a user name or password that SASLprep (RFC 4013) forbids.
func SCRAM256(username, password string) (sasl.Mechanism, error) {
	return scramMechanism(scram.SHA256, username, password)
}

// SCRAM512 authenticates by SASL/SCRAM-SHA-512. The error names a user name or password that SASLprep (RFC 4013) forbids.
func SCRAM512(username, password string) (sasl.Mechanism, error) {
	return scramMechanism(scram.SHA512, username, password)
}

func scramMechanism(algorithm scram.Algorithm, username, password string) (sasl.Mechanism, error) {
	mechanism, err := scram.Mechanism(algorithm, username, password)
	if err != nil {
		return nil, fmt.Errorf("prepare %s for user %q: %w", algorithm.Name(), username, err)
	}
	return mechanism, nil
}
