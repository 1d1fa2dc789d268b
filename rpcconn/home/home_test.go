package home

import (
	"os"
	"testing"
)

func TestPath(t *testing.T) {
	folder, err := os.UserHomeDir()
	if err != nil {
		t.Skip("there is no home folder:", err)
	}
	for typed, want := range map[string]string{
		"~": folder, "~/": folder + "/", "~/a b/c": folder + "/a b/c", "./~/a": "./~/a", "~a/b": "~a/b", "a/~": "a/~",
		"/a": "/a", "": "", "-": "-",
	} {
		if got := Path(typed); got != want {
			t.Errorf("Path(%q) = %q, want %q", typed, got, want)
		}
	}
}
