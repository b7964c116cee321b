package main

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// agentThat answers the API with these data.
func agentThat(t *testing.T, status, models string) string {
	t.Helper()
	mux := http.NewServeMux()
	for path, data := range map[string]string{"/api/v1/status": status, "/api/v1/models": models} {
		mux.HandleFunc(path, func(w http.ResponseWriter, _ *http.Request) {
			_, _ = fmt.Fprintf(w, `{"status":"success","data":%s}`, data)
		})
	}
	mux.HandleFunc("/-/healthy", func(w http.ResponseWriter, _ *http.Request) { http.Error(w, "stuck", http.StatusServiceUnavailable) })
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	return server.URL
}

func TestStatus(t *testing.T) {
	const behind = `{"version":"1.0","environment":"shop","uptime_seconds":61,"caught_up":false,"lag_seconds":90,"prediction_watermark":"2026-11-21T07:00:00Z",` +
		`"partitions":[{"topic":"p","partition":1,"position":5,"high_watermark":9}],"join":{"pending":3},"pending_notices":2,"not_paging":"held","refused":{"bad_json":2,"bad_id":1}}`
	const models = `[{"model":"churn","version":"3","state":"firing","superseded":true,"samples":10,"labeled":4},{"model":"churn","version":"4","state":"ok","baseline":{},"samples":1}]`
	url := agentThat(t, behind, models)
	code, stdout, stderr := invoke(t, "status", "--url", url)
	want := `anchorwatch 1.0, shop, up 1m1s: behind: the last record read is 1m30s old
event time: predictions 2026-11-21 07:00:00, labels unknown
not paging: held
waiting for labels: 3 predictions; pending notices: 2
  p/1 at 5 of 9, event time unknown
refused: 1 record, bad_id
refused: 2 records, bad_json
model churn version 3: firing, superseded, no baseline; 10 predictions, 4 labelled
model churn version 4: ok; 1 prediction, 0 labelled
`
	if code != exitOK || stdout != want {
		t.Errorf("exit %d, %s\n%swant\n%s", code, stderr, stdout, want)
	}
	if code, stdout, _ := invoke(t, "status", "--json", "--url", url); code != exitOK || stdout != behind+"\n" {
		t.Errorf("exit %d, %s", code, stdout)
	}
	if code, _, stderr := invoke(t, "healthcheck", "--url", url); code != exitError || !strings.Contains(stderr, "503 Service Unavailable: stuck") {
		t.Errorf("exit %d, %s", code, stderr)
	}
	if _, stdout, _ = invoke(t, "status", "--url", agentThat(t, `{"version":"1.0","environment":"shop","caught_up":true,"partitions":[{"topic":"p"}]}`, "[]")); !strings.Contains(stdout, ": caught up\n") {
		t.Error(stdout)
	}
	if _, stdout, _ = invoke(t, "status", "--url", agentThat(t, `{"version":"1.0","partitions":[],"not_paging":"standby"}`, "[]")); !strings.Contains(stdout, ": it has no partition to read\n") {
		t.Error(stdout)
	}
}
