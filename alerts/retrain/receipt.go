package retrain

import (
	"encoding/json"
	"net/url"
	"strings"
	"unicode"
)

// Receipt is what is kept of the pipeline's answer to a request.
type Receipt struct {
	Status    int    `json:"status,omitempty"` // HTTP
	RunID     string `json:"run_id,omitempty"`
	RunURL    string `json:"run_url,omitempty"`
	Duplicate bool   `json:"duplicate,omitempty"` // the pipeline had the request already
	DryRun    bool   `json:"dry_run,omitempty"`   // nothing was sent
}

// readReceipt reads a receipt from a ledger or an answer's body; what it cannot read is empty.
func readReceipt(data []byte) Receipt {
	var r Receipt
	if err := json.Unmarshal(data, &r); err != nil {
		return Receipt{}
	}
	r.RunID, r.RunURL = runID(r.RunID), runURL(r.RunURL)
	return r
}

// What a pipeline may say about itself is shown to people, so it is kept short and plain.
const (
	maxRunID  = 256
	maxRunURL = 2048
)

// runID drops control characters and what is too long.
func runID(id string) string {
	id = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return -1
		}
		return r
	}, id)
	if len(id) > maxRunID {
		return ""
	}
	return id
}

// runURL keeps a link that a browser opens as a page, and nothing else.
func runURL(link string) string {
	u, err := url.Parse(link)
	if err != nil || len(link) > maxRunURL || u.Host == "" || u.User != nil || (u.Scheme != "http" && u.Scheme != "https") {
		return ""
	}
	return u.String()
}
