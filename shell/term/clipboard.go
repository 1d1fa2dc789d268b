package term

import "encoding/base64"

// What text for the clipboard stands between (OSC 52 of xterm's control sequences).
const (
	clipboardOn  = "\x1b]52;c;"
	clipboardOff = "\a"
)

// MaxClipboard is the longest text that terminals take for the clipboard, in bytes; xterm and others take no more.
const MaxClipboard = 74994

// SetClipboard has the terminal keep text, of at most MaxClipboard bytes, where other programs paste from. Terminals do
// not say whether they do. It may be called by any goroutine.
func (t *Terminal) SetClipboard(text string) {
	t.screen.command(clipboardOn + base64.StdEncoding.EncodeToString([]byte(text)) + clipboardOff)
}

// command sends a control sequence that draws nothing.
func (s *screen) command(sequence string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.paused && !s.closed {
		s.send([]byte(sequence))
	}
}
