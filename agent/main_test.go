package agent

import (
	"os"
	"testing"

	"go.uber.org/goleak"
)

// The test binary is also the process that crash tests kill; see victim_test.go.
func TestMain(m *testing.M) {
	if orders := os.Getenv(ordersVariable); orders != "" {
		os.Exit(live(orders))
	}
	goleak.VerifyTestMain(m)
}
