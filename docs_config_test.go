package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"rpcsh/shell/config"
)

// The file that the guide shows is one without a mistake.
func TestDocsConfig(t *testing.T) {
	t.Parallel()
	_, rest, _ := strings.Cut(readFile(t, "docs/guide.md"), "```toml\n")
	text, _, found := strings.Cut(rest, "```")
	path := filepath.Join(t.TempDir(), config.UserFile)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil || !found {
		t.Fatal(err, "or there is no such file in the guide")
	}
	c := config.Loader{User: path}.Load()
	if remarks := c.Remarks(); len(remarks) > 0 || len(c.Targets()) != 2 || len(c.Rows()) < 10 {
		t.Errorf("%q, %d targets, %v", remarks, len(c.Targets()), c.Rows())
	}
}
