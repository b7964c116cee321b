//go:build integration

package integration

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// What TestMain starts once, for all tests.
var (
	kafka        *broker
	binary       string
	baselineFile string
)

func TestMain(m *testing.M) {
	code, err := withWorld(m.Run)
	if err != nil {
		fmt.Fprintln(os.Stderr, "integration:", err)
		code = 1
	}
	os.Exit(code)
}

// withWorld runs the tests with a broker and the program's binary around them.
func withWorld(run func() int) (code int, err error) {
	folder, err := os.MkdirTemp("", "anchorwatch-integration-")
	if err != nil {
		return 0, err
	}
	defer os.RemoveAll(folder)
	binary = filepath.Join(folder, "anchorwatch")
	build := exec.Command("go", "build", "-o", binary, "../cmd/anchorwatch")
	if out, err := build.CombinedOutput(); err != nil {
		return 0, fmt.Errorf("build anchorwatch: %w\n%s", err, out)
	}
	baselineFile = filepath.Join(folder, "credit-1.awb")
	if err := buildBaseline(baselineFile); err != nil {
		return 0, err
	}
	if kafka, err = newBroker(filepath.Join(folder, "kafka")); err != nil {
		return 0, err
	}
	defer kafka.kill()
	if err := kafka.start(); err != nil {
		return 0, err
	}
	return run(), nil
}
