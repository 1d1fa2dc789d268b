package clipboard

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"testing"
)

// The tool is that of the system, and of the window system that runs; over SSH only what the person's own screen is.
func TestFind(t *testing.T) {
	const all = "pbcopy clip.exe wl-copy xclip xsel"
	for _, tt := range []struct {
		system, environment, programs, want string
	}{
		{"darwin", "", all, "pbcopy"},
		{"darwin", "SSH_TTY", all, ""},
		{"windows", "", all, "clip.exe"},
		{"linux", "", all, ""},
		{"linux", "WAYLAND_DISPLAY DISPLAY", all, "wl-copy"},
		{"linux", "WAYLAND_DISPLAY DISPLAY", "xclip", "xclip"},
		{"linux", "DISPLAY", "xsel", "xsel"},
		{"linux", "DISPLAY", "", ""},
		{"linux", "DISPLAY SSH_CONNECTION", all, "xclip"}, // which SSH forwards
		{"linux", "WAYLAND_DISPLAY SSH_CONNECTION", all, ""},
		{"linux", "WSL_DISTRO_NAME", all, "clip.exe"},
		{"freebsd", "DISPLAY", all, "xclip"},
	} {
		in := func(list string) func(name string) bool {
			words := bytes.Fields([]byte(list))
			return func(name string) bool {
				return slices.ContainsFunc(words, func(w []byte) bool { return string(w) == name })
			}
		}
		set, there := in(tt.environment), in(tt.programs)
		got, err := find(tt.system, func(name string) string {
			if set(name) {
				return "x"
			}
			return ""
		}, func(name string) (string, error) {
			if there(name) {
				return name, nil
			}
			return "", os.ErrNotExist
		})
		if tt.want == "" && !errors.Is(err, ErrNone) || tt.want != "" && (err != nil || got.String() != tt.want) {
			t.Errorf("%s with %s and %s: %v, %v; want %s", tt.system, tt.environment, tt.programs, got, err, tt.want)
		}
	}
}

// A tool gets the text on its stdin.
func TestCopy(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("a script of sh is run")
	}
	file := filepath.Join(t.TempDir(), "clipboard")
	for _, tt := range []struct {
		name string
		tool Tool
		want string
	}{
		{"UTF-8", Tool{command: []string{"sh", "-c", "cat >" + file}}, "Grüße 🎉"},
		{"UTF-16", Tool{command: []string{"sh", "-c", "cat >" + file}, utf16: true},
			"\xff\xfeG\x00r\x00\xfc\x00\xdf\x00e\x00 \x00<\xd8\x89\xdf"},
	} {
		if err := tt.tool.Copy(t.Context(), "Grüße 🎉"); err != nil {
			t.Errorf("%s: %v", tt.name, err)
		}
		if got, err := os.ReadFile(file); err != nil || string(got) != tt.want {
			t.Errorf("%s: %q, %v, want %q", tt.name, got, err, tt.want)
		}
	}
	if err := (Tool{command: []string{"sh", "-c", "exit 3"}}).Copy(t.Context(), "x"); err == nil {
		t.Error("a tool that fails")
	}
}
