// Package clipboard puts text where other programs paste from, by the tool that the system has for that.
package clipboard

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"os"
	"os/exec"
	"runtime"
	"time"
	"unicode/utf16"
)

// ErrNone says that there is no tool, or that it would set the clipboard of another machine than the one at which the
// person sits.
var ErrNone = errors.New("this system has no clipboard that can be reached: install wl-copy or xclip")

// patience is how long a tool may take.
const patience = 3 * time.Second

// A Tool is a program that puts its input into the clipboard.
type Tool struct {
	command []string
	needs   string // a variable of the environment without which it has no clipboard; "": none
	system  string // as runtime.GOOS has it; "": any but Windows and macOS
	utf16   bool   // its input is UTF-16, little-endian, with a byte order mark
}

// tools returns all tools, the better ones first.
func tools() []Tool {
	return []Tool{
		{command: []string{"pbcopy"}, system: "darwin"},
		{command: []string{"clip.exe"}, system: "windows", utf16: true},
		{command: []string{"wl-copy"}, needs: "WAYLAND_DISPLAY"},
		{command: []string{"xclip", "-selection", "clipboard"}, needs: "DISPLAY"},
		{command: []string{"xsel", "--input", "--clipboard"}, needs: "DISPLAY"},
		{command: []string{"clip.exe"}, needs: "WSL_DISTRO_NAME", utf16: true},
	}
}

// Find returns the tool of this system. The error is ErrNone.
func Find() (Tool, error) { return find(runtime.GOOS, os.Getenv, exec.LookPath) }

func find(system string, getenv func(string) string, look func(string) (string, error)) (Tool, error) {
	remote := getenv("SSH_CONNECTION") != "" || getenv("SSH_TTY") != ""
	other := system != "darwin" && system != "windows"
	for _, t := range tools() {
		switch {
		case t.system != system && (t.system != "" || !other), remote && t.needs != "DISPLAY",
			t.needs != "" && getenv(t.needs) == "":
			continue
		}
		if _, err := look(t.command[0]); err == nil {
			return t, nil
		}
	}
	return Tool{}, ErrNone
}

// String returns the name of the tool.
func (t Tool) String() string { return t.command[0] }

// Copy puts text into the clipboard.
func (t Tool) Copy(ctx context.Context, text string) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	cmd := exec.CommandContext(ctx, t.command[0], t.command[1:]...)
	input := []byte(text)
	if t.utf16 {
		input = encoded(text)
	}
	cmd.Stdin = bytes.NewReader(input)
	return cmd.Run()
}

// encoded returns text in UTF-16, little-endian, with a byte order mark.
func encoded(text string) []byte {
	b := []byte{0xff, 0xfe}
	for _, unit := range utf16.Encode([]rune(text)) {
		b = binary.LittleEndian.AppendUint16(b, unit)
	}
	return b
}
