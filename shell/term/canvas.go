package term

import "github.com/c-bata/go-prompt"

// The colours that go-prompt is told to use. None is ever shown: they tell the canvas what it is being given.
const (
	roleSuggestion  = prompt.LightGray
	roleDescription = prompt.DarkGray
	rolePreview     = prompt.Green
	roleThumb       = prompt.Blue
	roleBar         = prompt.Black
)

// A canvas is go-prompt's ConsoleWriter. Nothing that go-prompt writes goes to the terminal as it is: it knows neither
// of the output printed above it nor of a window that is resized while a line is edited, wraps and places the cursor
// wrongly where characters are wide or combined, and clears a window that is small. The canvas picks the completion list
// and the preview of the selected suggestion out of each rendering, for the screen to lay out.
//
// A rendering begins with HideCursor and ends with Flush; between them the list is what is written in the rows below
// the first one. A Flush without HideCursor ends a line or an Input and draws nothing. Only the goroutine that runs
// Input calls a canvas.
type canvas struct {
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

func (c *canvas) HideCursor() { *c = canvas{rendered: c.rendered, live: true} }

func (c *canvas) Flush() error {
	if c.live {
		c.live = false
		c.rendered(c.r)
	}
	return nil
}

func (c *canvas) SetColor(fg, bg prompt.Color, bold bool) { c.fg, c.bg, c.selected = fg, bg, bold }

func (c *canvas) CursorDown(n int) {
	c.row = max(0, c.row+n)
	if c.row > len(c.r.list) {
		c.r.list = append(c.r.list, make([]listRow, c.row-len(c.r.list))...)
	}
}

func (c *canvas) CursorUp(n int) { c.row = max(0, c.row-n) }

func (c *canvas) WriteStr(s string) {
	if !c.live {
		return
	}
	if c.row == 0 {
		if c.fg == rolePreview {
			c.r.selected, c.r.preview = true, s
		}
		return
	}
	switch l := &c.r.list[c.row-1]; {
	case c.bg == roleThumb || c.bg == roleBar:
		l.thumb = c.bg == roleThumb
	case c.fg == roleDescription:
		l.description = s
	case c.fg == roleSuggestion:
		l.text, l.selected = s, c.selected
	}
}

// What follows does not concern the list: the text and the cursor are the editor's to place, and the window's title,
// history and contents are none of go-prompt's business.

func (c *canvas) Write(p []byte)      { c.WriteStr(string(p)) }
func (c *canvas) WriteRaw([]byte)     {}
func (c *canvas) WriteRawStr(string)  {}
func (c *canvas) EraseScreen()        {}
func (c *canvas) EraseUp()            {}
func (c *canvas) EraseDown()          {}
func (c *canvas) EraseStartOfLine()   {}
func (c *canvas) EraseEndOfLine()     {}
func (c *canvas) EraseLine()          {}
func (c *canvas) ShowCursor()         {}
func (c *canvas) CursorGoTo(_, _ int) {}
func (c *canvas) CursorForward(int)   {}
func (c *canvas) CursorBackward(int)  {}
func (c *canvas) AskForCPR()          {}
func (c *canvas) SaveCursor()         {}
func (c *canvas) UnSaveCursor()       {}
func (c *canvas) ScrollDown()         {}
func (c *canvas) ScrollUp()           {}
func (c *canvas) SetTitle(string)     {}
func (c *canvas) ClearTitle()         {}
