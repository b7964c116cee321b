package report

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"encoding/base64"
	"fmt"
	"html/template"
	"io"
	"regexp"
	"strings"
	"time"

	"github.com/anchorwatch/anchorwatch/agent/dataset"
	"github.com/anchorwatch/anchorwatch/dashboards/web"
)

//go:embed templates/report.html static/report.css static/report.js
var files embed.FS

// Options are what a comparison does not know about itself.
type Options struct {
	// Version of the program, and the command line that makes the same report again; empty to leave out.
	Version string
	Command []string
	// At is when the report was made; the zero time to leave it out.
	At time.Time
}

// Write draws the page. It takes about 10 ms for 25 columns, and the page stays below a few megabytes whatever is
// compared: what it leaves out it says. Distributions are drawn where the comparison has them.
func Write(w io.Writer, c *dataset.Comparison, o Options) error { return draw(w, adapt(c, o)) }

func draw(w io.Writer, p page) error {
	source, policy, err := assemble()
	if err != nil {
		return err
	}
	p.Policy = policy
	parsed, err := template.New("report").Funcs(formats).Parse(source)
	if err != nil {
		return fmt.Errorf("read the report's template: %w", err)
	}
	var page bytes.Buffer
	if err := parsed.Execute(&page, p); err != nil {
		return err
	}
	_, err = w.Write(bytes.ToValidUTF8(page.Bytes(), []byte("\uFFFD"))) // files may hold bytes that are no text
	return err
}

// comment is one of a stylesheet or script. html/template drops them, and the hashes are of what is left.
var comment = regexp.MustCompile(`(?s)/\*.*?\*/`)

// assemble puts style and script into the template and returns with it the policy that admits just these two.
func assemble() (source, policy string, err error) {
	var parts [3]string
	for i, name := range []string{"templates/report.html", "static/report.css", "static/report.js"} {
		content, err := files.ReadFile(name)
		if err != nil {
			return "", "", err
		}
		parts[i] = string(content)
	}
	style := comment.ReplaceAllString(web.Stylesheet()+parts[1], "")
	script := comment.ReplaceAllString(parts[2], "")
	policy = fmt.Sprintf("default-src 'none'; style-src '%s'; script-src '%s'; base-uri 'none'; form-action 'none'", hash(style), hash(script))
	return strings.NewReplacer("/*style*/", style, "/*script*/", script).Replace(parts[0]), policy, nil
}

func hash(content string) string {
	sum := sha256.Sum256([]byte(content))
	return "sha256-" + base64.StdEncoding.EncodeToString(sum[:])
}
