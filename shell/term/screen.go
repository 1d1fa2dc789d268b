package term

import (
	"bytes"
	"fmt"
	"io"
	"strconv"
	"strings"
	"sync"
)

// A screen is all that is written to the terminal: output, which scrolls away, and a live frame below it. Every change
// is a single write that erases the old frame and draws the new one.
//
// Any number of goroutines may call its methods, which wait for nothing but the terminal itself. They write under the
// mutex, since that is what keeps output and frames apart.
type screen struct {
	out  io.Writer
	size func() (cols, rows int) // at least 1 each

	mu     sync.Mutex // protects all below, and writing to out
	line   *frame     // the line being edited; nil while none is
	colors Colors
	status string   // shown while no line is being edited
	foot   foot     // shown below the line being edited
	color  string   // the prompt's, one of colors.Prompts; "": the usual one
	drawn  *drawing // what is on the terminal; nil: nothing
	cols   int      // the window's width when drawn was drawn
	paused bool     // output is kept: the terminal is lent, or shows a page
	lent   bool     // a child program has the terminal
	page   bool     // a page is shown in the alternate screen
	held   []byte   // output to be written when it is back
	lost   int      // lines of output for which held had no room
	closed bool
	err    error // the first that writing gave
}

const (
	hideCursor = "\x1b[?25l"
	showCursor = "\x1b[?25h"
	pasteOn    = "\x1b[?2004h" // bracketed paste (xterm)
	pasteOff   = "\x1b[?2004l"
	eraseDown  = "\x1b[J"
	eraseRow   = "\x1b[K"      // from the cursor on
	pageOn     = "\x1b[?1049h" // the alternate screen (xterm)
	pageOff    = "\x1b[?1049l"
	clearAll   = "\x1b[H\x1b[2J"

	maxHeld = 1 << 20 // bytes of output kept while a child program has the terminal
)

// write prints whole lines above the frame.
func (s *screen) write(p []byte) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.paused {
		s.hold(p)
		return nil
	}
	s.redraw(p)
	return s.err
}

// hold keeps p for resume.
func (s *screen) hold(p []byte) {
	if len(p) == 0 {
		return
	}
	if s.lost > 0 || len(s.held)+len(p) > maxHeld {
		s.lost += max(1, bytes.Count(p, []byte("\n")))
		return
	}
	s.held = append(s.held, p...)
	if p[len(p)-1] != '\n' {
		s.held = append(s.held, '\n')
	}
}

// show makes f the line being edited.
func (s *screen) show(f frame) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return
	}
	s.line = &f
	s.redraw(nil)
}

// setPrompt changes the prompt of the line being edited, if one is.
func (s *screen) setPrompt(prompt string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.line != nil {
		f := *s.line
		f.prompt = prompt
		s.line = &f
		s.redraw(nil)
	}
}

// setStatus sets the text that is shown while no line is edited.
func (s *screen) setStatus(text string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.status = text
	s.redraw(nil)
}

// setFoot sets what is shown below the line that is edited.
func (s *screen) setFoot(f foot) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.foot = f
	s.redraw(nil)
}

// setPromptColor sets the colour of prompts that are no warning.
func (s *screen) setPromptColor(name string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.color != name {
		s.color = name
		s.redraw(nil)
	}
}

// commit turns the line being edited into output that reads prompt and text, and ends it.
func (s *screen) commit(prompt, text string, tokens []Token) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.commitLocked(prompt, text, tokens)
}

func (s *screen) commitLocked(prompt, text string, tokens []Token) {
	if s.line == nil {
		return
	}
	s.line = nil
	sgr := s.promptSGR(prompt)
	prompt = withPictures(prompt)
	if sgr != "" {
		prompt = sgr + prompt + sgrReset
	}
	var b strings.Builder
	at := 0
	for _, t := range tokens {
		b.WriteString(plainRows(blankTabs(text[at:t.From])))
		if part, sgr := text[t.From:t.To], s.colors.token(t.Kind); sgr == "" || strings.Contains(part, "\n") {
			b.WriteString(plainRows(part))
		} else {
			b.WriteString(sgr + withPictures(part) + sgrReset)
		}
		at = t.To
	}
	s.redraw([]byte(prompt + b.String() + plainRows(blankTabs(text[at:])) + "\n"))
}

// plainRows returns a part of a line as output, without colours.
func plainRows(text string) string {
	rows := strings.Split(text, "\n")
	for i := range rows {
		rows[i] = withPictures(rows[i])
	}
	return strings.Join(rows, "\n"+continuation)
}

// promptSGR returns the colour of prompt, "" for none.
func (s *screen) promptSGR(prompt string) string {
	switch {
	case strings.HasPrefix(prompt, Warning):
		return s.colors.Warning
	default:
		return s.colors.prompt(s.color)
	}
}

// clear empties the window and draws the frame at its top.
func (s *screen) clear() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.paused && !s.closed {
		s.drawn = nil
		s.send([]byte(clearAll))
		s.redraw(nil)
	}
}

// resized draws the frame again, since the window's size has changed.
func (s *screen) resized() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.redraw(nil)
}

// pause leaves the terminal to another program: without a frame, and with bracketed paste off.
func (s *screen) pause() {
	s.mu.Lock()
	defer s.mu.Unlock()
	off := s.erase(nil)
	if s.page {
		off = append(off, pageOff+showCursor...)
	}
	s.send(append(off, pasteOff...))
	s.paused, s.lent = true, true
}

// enter begins a page, in a screen of its own. Output is kept until leave.
func (s *screen) enter() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.send(append(s.erase(nil), pageOn...))
	s.paused, s.page = true, true
}

// fill shows text, which fits, as the page.
func (s *screen) fill(text string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.page && !s.lent && !s.closed {
		s.send([]byte("\x1b[H" + text))
	}
}

// leave ends the page.
func (s *screen) leave() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.page && !s.closed {
		s.page = false
		s.send([]byte(pageOff + showCursor))
		s.takeBack()
	}
}

// resume takes the terminal back (or, the first time, takes it).
func (s *screen) resume() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.lent = false
	s.send([]byte(pasteOn))
	if s.page {
		s.send([]byte(pageOn))
		return
	}
	s.takeBack()
}

// takeBack shows what was kept, and the frame.
func (s *screen) takeBack() {
	s.paused, s.drawn = false, nil
	held := s.held
	if s.lost > 0 {
		held = fmt.Appendf(held, "(%d more lines were lost meanwhile)\n", s.lost)
	}
	s.held, s.lost = nil, 0
	s.redraw(held)
}

// retake draws the frame again where the cursor is: another program may have written.
func (s *screen) retake() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.paused || s.closed {
		return
	}
	s.drawn = nil
	s.send([]byte("\r" + eraseDown + pasteOn))
	s.redraw(nil)
}

// close leaves the cursor on a fresh row below everything. Output can be written afterwards; frames are not drawn.
func (s *screen) close() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return
	}
	if s.page && !s.lent {
		s.send([]byte(pageOff))
	}
	if s.paused {
		s.paused = false
		s.drawn = nil
		s.redraw(s.held)
	}
	s.status = ""
	if f := s.line; f != nil {
		s.commitLocked(f.prompt, f.line.Text(), nil)
	}
	s.redraw(nil)
	s.closed = true
	s.send([]byte(showCursor + pasteOff))
}

// failed returns the first error that writing gave.
func (s *screen) failed() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.err
}

const roomForErase = 48 // bytes around a frame: what hides and shows the cursor, and erases the frame before

// redraw writes above, which is whole lines or nothing, and the frame below it.
func (s *screen) redraw(above []byte) {
	if s.paused {
		s.hold(above)
		return
	}
	cols, rows := s.size()
	next := s.layout(cols, rows)
	if len(above) == 0 && s.cols == cols && same(s.drawn, next) {
		return
	}
	frames := s.drawn != nil || next != nil
	size := len(above)
	if next != nil {
		size += len(next.bytes) + roomForErase
	}
	b := make([]byte, 0, size)
	if frames {
		b = append(b, hideCursor...)
		b = s.erase(b)
	}
	b = append(b, above...)
	if len(above) > 0 && above[len(above)-1] != '\n' {
		b = append(b, '\n')
	}
	if next != nil {
		b = append(b, next.bytes...)
	}
	if frames {
		b = append(b, showCursor...)
	}
	s.drawn, s.cols = next, cols
	s.send(b)
}

func same(a, b *drawing) bool {
	if a == nil || b == nil {
		return a == b
	}
	return a.bytes == b.bytes
}

// layout returns the drawing of the frame that is to be live, or nil.
func (s *screen) layout(cols, rows int) *drawing {
	var f frame
	switch {
	case s.closed:
		return nil
	case s.line != nil:
		f = *s.line
		f.foot = s.foot
	case s.status != "":
		f = frame{status: s.status}
	default:
		return nil
	}
	d := f.layout(cols, rows, s.colors, s.promptSGR(f.prompt))
	return &d
}

// erase appends to b what erases the frame that is on the terminal, and forgets it.
func (s *screen) erase(b []byte) []byte {
	if s.drawn == nil {
		return b
	}
	cols, _ := s.size()
	b = append(b, '\r')
	if up := s.drawn.above(cols); up > 0 {
		b = append(b, "\x1b["...)
		b = strconv.AppendInt(b, int64(up), 10)
		b = append(b, 'A')
	}
	s.drawn = nil
	return append(b, eraseDown...)
}

func (s *screen) send(b []byte) {
	if len(b) == 0 {
		return
	}
	if _, err := s.out.Write(b); err != nil && s.err == nil {
		s.err = fmt.Errorf("writing to the terminal: %w", err)
	}
}
