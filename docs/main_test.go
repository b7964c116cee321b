// Package docs_test holds the pages of this folder, and the README, against the program: examples decode, configurations
// are accepted, transcripts are what the commands print, the picture is what a run draws, links lead somewhere.
//
//	go test ./docs -update
//
// rewrites the picture.
package docs_test

import (
	"context"
	"encoding/base64"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
)

var update = flag.Bool("update", false, "rewrite what is generated")

// example is a folder with the electricity-market example, and the program that wrote it, made once for all tests.
var example = sync.OnceValues(func() (string, error) {
	folder, err := os.MkdirTemp("", "anchorwatch-docs-")
	if err != nil {
		return "", err
	}
	build := exec.CommandContext(context.Background(), "go", "build", "-o", filepath.Join(folder, "anchorwatch"), "../cmd/anchorwatch")
	if out, err := build.CombinedOutput(); err != nil {
		return folder, fmt.Errorf("build: %w: %s", err, out)
	}
	_, err = command(context.Background(), folder, "demo", "--write-example", ".")
	return folder, err
})

func TestMain(m *testing.M) {
	code := m.Run()
	if folder, _ := example(); folder != "" {
		_ = os.RemoveAll(folder) // a leftover in the temporary folder is no failure
	}
	os.Exit(code)
}

// run carries out a command in the example's folder and returns what it prints to the standard output.
func run(t *testing.T, args ...string) string {
	t.Helper()
	folder, err := example()
	if err != nil {
		t.Fatal(err)
	}
	out, err := command(t.Context(), folder, args...)
	if err != nil {
		t.Fatalf("anchorwatch %s: %v", strings.Join(args, " "), err)
	}
	return out
}

func command(ctx context.Context, folder string, args ...string) (string, error) {
	c := exec.CommandContext(ctx, filepath.Join(folder, "anchorwatch"), args...)
	c.Dir = folder
	c.Env = append(os.Environ(), "SLACK_TOKEN=xoxb-none", "RETRAIN_SECRET=whsec_"+base64.StdEncoding.EncodeToString(make([]byte, 32)))
	var problems strings.Builder
	c.Stderr = &problems
	out, err := c.Output()
	if err != nil {
		err = fmt.Errorf("%w: %s", err, problems.String())
	}
	return string(out), err
}

// page reads a page by its path from this folder.
func page(t *testing.T, path string) string {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// block is a fenced block of a page: its language, what follows that on the fence's line, its text.
type block struct{ language, info, text string }

var fence = regexp.MustCompile("(?ms)^```([a-z]+) ?([^\n]*)\n(.*?)^```$")

// blocks returns the page's blocks in a language, and fails without any.
func blocks(t *testing.T, path, language string) []block {
	t.Helper()
	var found []block
	for _, match := range fence.FindAllStringSubmatch(page(t, path), -1) {
		if match[1] == language {
			found = append(found, block{match[1], match[2], match[3]})
		}
	}
	if len(found) == 0 {
		t.Fatalf("%s has no block of %s", path, language)
	}
	return found
}
