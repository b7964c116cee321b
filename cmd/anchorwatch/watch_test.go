package main

import (
	"context"
	"encoding/json"
	"os"
	"strings"
	"testing"
	"time"
)

// steps is a column that changes at row 100.
func steps(header string) string {
	return header + strings.Repeat("0\n", 100) + strings.Repeat("1\n", 60)
}

func TestWatchJSON(t *testing.T) {
	for name, c := range map[string]struct {
		content string
		args    []string
		want    string
	}{
		"no header":   {steps(""), nil, `"n":160,"alarms":[108],"warnings":[]`},
		"header":      {steps("error\n"), nil, `"n":160,"alarms":[108],"warnings":[]`},
		"blank lines": {"\n\n" + steps("error\n"), nil, `"n":160,"alarms":[108],"warnings":[]`},
		"missing":     {"error\nNA\n\"\"\n" + steps("") + "inf\n", nil, `"n":160,"missing":2,"infinite":1,"alarms":[110],"warnings":[]`},
		"by name":     {"a;b\n" + strings.ReplaceAll(steps(""), "\n", ";x\n"), []string{"--column", "a"}, `"n":160,"alarms":[108],"warnings":[]`},
		"by position": {strings.ReplaceAll(steps(""), "0\n", "x,0\n"), []string{"--column", "1"}, `"n":`},
		"booleans":    {strings.NewReplacer("0", "False", "1", "True").Replace(steps("")), nil, `"n":160,"alarms":[108],"warnings":[]`},
		"objects":     {strings.NewReplacer("0\n", `{"x":{"e":0}}`+"\n", "1\n", `{"x":{"e":true}}`+"\n").Replace(steps("")), []string{"--column", "x.e"}, `"n":160,"alarms":[108],"warnings":[]`},
		"empty":       {"", nil, `"n":0,"alarms":[],"warnings":[]`},
		"header only": {"error\n", nil, `"n":0,"alarms":[],"warnings":[]`},
	} {
		if name == "by position" {
			c.content = strings.Repeat("x,0\n", 100) + strings.Repeat("x,1\n", 60)
			c.want = `"n":160,"alarms":[108],"warnings":[]`
		}
		args := append([]string{"watch", "--json", "--detector", "page_hinkley", "--param", "threshold=8"}, c.args...)
		code, stdout, stderr := invoke(t, append(args, write(t, "stream", c.content))...)
		want := `{"schema":1,"detector":"page_hinkley","params":{"alpha":0.9999,"delta":0.005,"min_instances":30,"mode":"both","threshold":8},` + c.want + "}\n"
		if code != exitOK || stdout != want {
			t.Errorf("%s: exit %d\n%s%s%s", name, code, stdout, want, stderr)
		}
	}
}

func TestWatchText(t *testing.T) {
	code, stdout, stderr := invoke(t, "watch", "--detector", "hddm_w", write(t, "stream", steps("error\nNA\n")))
	if want := "111\twarning\t1\n114\talarm\t1\n"; code != exitOK || stdout != want {
		t.Errorf("exit %d\n%swant\n%s", code, stdout, want)
	}
	if want := "hddm_w drift_confidence=0.001 warning_confidence=0.005 lambda_val=0.05 two_sided_test=false: alarms 1, warnings 1, values 160\nleft out: 1 row without a value, 0 infinite\n"; stderr != want {
		t.Errorf("%swant\n%s", stderr, want)
	}
}

func TestWatchRefuses(t *testing.T) {
	one, two := write(t, "one", "x\n1\ntwo\n"), write(t, "two", "a,b\n1,2\n")
	for _, c := range []struct {
		args []string
		code int
		want string
	}{
		{[]string{one}, exitUsage, "--detector is needed (allowed: adwin,"},
		{[]string{"--detector", "adwim", one}, exitUsage, `no detector "adwim": did you mean "adwin"?`},
		{[]string{"--detector", "adwin", "--param", "delt=1", one}, exitUsage, `adwin has no parameter "delt": did you mean "delta"? (allowed: delta, clock,`},
		{[]string{"--detector", "adwin", "--param", "delta", one}, exitUsage, `"delta" is no KEY=VALUE`},
		{[]string{"--detector", "adwin", "--param", "delta=2", one}, exitUsage, "--param: adwin: delta: 2 is outside (0, 1]"},
		{[]string{"--detector", "adwin", one}, exitError, `one: line 3: "two" is no number`},
		{[]string{"--detector", "adwin", two}, exitError, "several columns (a, b): say which by --column"},
		{[]string{"--detector", "adwin", "--column", "A", two}, exitError, `no column "A" (there are: a, b): did you mean "a"?`},
		{[]string{"--detector", "adwin", "--column", "2", two}, exitError, `no column "2" (there are: a, b)`},
		{[]string{"--detector", "adwin", write(t, "rows", "1,2\n")}, exitError, "several columns (0, 1): say which by --column"},
		{[]string{"--detector", "adwin", "--column", "x", write(t, "objects", `{"y":1}`)}, exitError, `no column "x" (there are: y)`},
		{[]string{"--detector", "adwin", write(t, "many", `{"y":1,"z":2}`)}, exitError, "several columns (y, z)"},
		{[]string{"--detector", "adwin", write(t, "broken", `{"y":`)}, exitError, "line 1: no JSON object"},
		{[]string{"--detector", "ddm", write(t, "values", "x\n0\n3.5\n")}, exitError, "line 3: 3.5 is outside [0, 1], which ddm watches"},
		{[]string{"--detector", "adwin", write(t, "parquet", "PAR1....")}, exitError, "this is a Parquet file"},
		{[]string{"--detector", "adwin", "no-such-file"}, exitError, "no such file"},
		{[]string{"--detector", "adwin", t.TempDir()}, exitError, "is a directory: name a file"},
	} {
		code, _, stderr := invoke(t, append([]string{"watch", "--json"}, c.args...)...)
		if code != c.code || !strings.Contains(stderr, c.want) {
			t.Errorf("%q: exit %d, want %d and %q\n%s", c.args, code, c.code, c.want, stderr)
		}
	}
}

// Every detector runs with its defaults, prints all its parameters, and is in the list.
func TestWatchAll(t *testing.T) {
	code, list, _ := invoke(t, "watch", "--list")
	if code != exitOK {
		t.Fatal(code)
	}
	path := write(t, "stream", steps(""))
	for name := range strings.FieldsSeq("adwin page_hinkley kswin ddm eddm hddm_a hddm_w fhddm cusum ewma e_mean e_bins") {
		code, stdout, stderr := invoke(t, "watch", "--json", "--detector", name, path)
		var object map[string]any
		if err := json.Unmarshal([]byte(stdout), &object); err != nil || code != exitOK || object["n"] != 160.0 || strings.Contains(stdout, "null") {
			t.Errorf("%s: exit %d, %v\n%s%s", name, code, err, stdout, stderr)
		}
		params, _ := object["params"].(map[string]any)
		for param := range params {
			if !strings.Contains(list, "    "+param+" ") {
				t.Errorf("--list does not name %s of %s", param, name)
			}
		}
		if learned := strings.HasPrefix(name, "e_"); learned != strings.Contains(stderr, "reference was still being learned") {
			t.Errorf("%s: %s", name, stderr)
		}
	}
}

// An alarm is printed while the stream goes on, and an interrupted stream is summed up.
func TestWatchStreams(t *testing.T) {
	in, write, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	saved := os.Stdin
	os.Stdin = in
	defer func() { os.Stdin = saved; in.Close(); write.Close() }()
	ctx, cancel := context.WithCancel(t.Context())
	lines := make(lineWriter)
	done := make(chan int)
	go func() {
		var errs strings.Builder
		code := run(ctx, time.Now, []string{"watch", "--detector", "hddm_w", "-"}, lines, &errs)
		if !strings.Contains(errs.String(), "alarms 1, ") {
			code = -1
		}
		done <- code
	}()
	if _, err := write.WriteString(steps("")); err != nil {
		t.Fatal(err)
	}
	if got := <-lines + <-lines; got != "110\twarning\t1\n113\talarm\t1\n" { // the pipe is still open
		t.Errorf("printed %q", got)
	}
	cancel()
	if code := <-done; code != exitOK {
		t.Errorf("exit %d", code)
	}
}

// lineWriter hands over what is written.
type lineWriter chan string

func (l lineWriter) Write(p []byte) (int, error) {
	l <- string(p)
	return len(p), nil
}
