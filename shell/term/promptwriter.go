package term

import "github.com/c-bata/go-prompt"

// The colours that go-prompt is told to use. They are never shown: they tell the promptWriter what it is being given.
const (
	roleSuggestion  = prompt.LightGray
	roleDescription = prompt.DarkGray
	rolePreview     = prompt.Green
	roleThumb       = prompt.Blue
	roleBar         = prompt.Black
)

// A promptWriter is go-prompt's ConsoleWriter. Nothing that go-prompt writes goes to the terminal as it is: it knows
// neither of the output printed above it nor of a window that is resized while a line is edited, wraps and places the
// cursor wrongly where characters are wide or combined, and clears a window that is small. The promptWriter picks the
// completion list and the preview of the selected suggestion out of each rendering, for the screen to lay out.
//
// A rendering begins with HideCursor and ends with Flush; between them the list is what is written in the rows below
// the first one. A Flush without HideCursor ends a line or an Input and draws nothing. Only the goroutine that runs
// Input calls a promptWriter.
type promptWriter struct {
	rendered func(rendering)

	live     bool // HideCursor was seen
	row      int  // the cursor's, below the line being edited
	fg, bg   prompt.Color
	selected bool // go-prompt writes bold in one place: the selected suggestion
	r        rendering
}

// A rendering is what one rendering of go-prompt shows beside the text of its buffer.
type rendering struct {
	list     []listRow
	selected bool
	preview  string // the selected suggestion
}

func (w *promptWriter) HideCursor() { *w = promptWriter{rendered: w.rendered, live: true} }

func (w *promptWriter) Flush() error {
	if w.live {
		w.live = false
		w.rendered(w.r)
	}
	return nil
}

func (w *promptWriter) SetColor(fg, bg prompt.Color, bold bool) {
	w.fg, w.bg, w.selected = fg, bg, bold
}

func (w *promptWriter) CursorDown(n int) {
	w.row = max(0, w.row+n)
	if w.row > len(w.r.list) {
		w.r.list = append(w.r.list, make([]listRow, w.row-len(w.r.list))...)
	}
}

func (w *promptWriter) CursorUp(n int) { w.row = max(0, w.row-n) }

func (w *promptWriter) WriteStr(s string) {
	if !w.live {
		return
	}
	if w.row == 0 {
		if w.fg == rolePreview {
			w.r.selected, w.r.preview = true, s
		}
		return
	}
	switch l := &w.r.list[w.row-1]; {
	case w.bg == roleThumb || w.bg == roleBar:
		l.thumb = w.bg == roleThumb
	case w.fg == roleDescription:
		l.description = s
	case w.fg == roleSuggestion:
		l.text, l.selected = s, w.selected
	}
}

// The other methods do not concern the list: the editor places the text and the cursor, and the window's title, history
// and contents are not go-prompt's business.

func (w *promptWriter) Write(p []byte)      { w.WriteStr(string(p)) }
func (w *promptWriter) WriteRaw([]byte)     {}
func (w *promptWriter) WriteRawStr(string)  {}
func (w *promptWriter) EraseScreen()        {}
func (w *promptWriter) EraseUp()            {}
func (w *promptWriter) EraseDown()          {}
func (w *promptWriter) EraseStartOfLine()   {}
func (w *promptWriter) EraseEndOfLine()     {}
func (w *promptWriter) EraseLine()          {}
func (w *promptWriter) ShowCursor()         {}
func (w *promptWriter) CursorGoTo(_, _ int) {}
func (w *promptWriter) CursorForward(int)   {}
func (w *promptWriter) CursorBackward(int)  {}
func (w *promptWriter) AskForCPR()          {}
func (w *promptWriter) SaveCursor()         {}
func (w *promptWriter) UnSaveCursor()       {}
func (w *promptWriter) ScrollDown()         {}
func (w *promptWriter) ScrollUp()           {}
func (w *promptWriter) SetTitle(string)     {}
func (w *promptWriter) ClearTitle()         {}
