//go:build linux

package main

import (
	"fmt"
	"html"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"testing"
)

// The window of the terminal in README.md.
const pictureCols, pictureRows = 92, 40

// pictureSession is what is typed for the picture, each behind what has to be seen before. The last line is not
// entered.
var pictureSession = []struct{ sees, typed string }{
	{`7 methods by rpc\.discover`, "my_add a=40 b=2\r"},
	{`^42 `, ".serve my_double .[0]*2\r"},
	{`is answered with`, "ticks 2 400 &\r"},
	{`← tick 1`, "x = my_progress_add 2 2\r"},
	{`^4  `, ""},
	{`← #3 2 `, "echo {\"sum\":$x,\"tags\":[\"a\",null]}\r"},
	{`^{"sum":4`, "my_add 1 b=2\r"},
	{`do not mix`, dropTyped + "nosuch\r"},
	{`error -32601`, "my_add 40 "},
	{`^my_add\(`, ""},
}

// TestPicture compares the picture in README.md with a session in a terminal; with -update it draws it. A session in
// which a tick came before the next line was typed is another one, and is played again.
func TestPicture(t *testing.T) {
	const tries = 5
	var wrong []string
	for range tries {
		cells, seen := playPicture(t)
		wrong = nil
		looks := map[string]look{"docs/terminal-light.svg": lightLook, "docs/terminal-dark.svg": darkLook}
		for file, look := range looks {
			got := draw(cells, look)
			old, err := os.ReadFile(file)
			switch {
			case err == nil && pictureMasked(string(old)) == pictureMasked(got):
			case *update:
				if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
					t.Error(err)
				}
			default:
				const text = "%s does not show what rpcsh shows (go test -run Picture . -update draws it anew):\n%s"
				wrong = append(wrong, fmt.Sprintf(text, file, seen))
			}
		}
		if len(wrong) == 0 {
			return
		}
	}
	t.Error(strings.Join(wrong, "\n"))
}

// playPicture returns what a session shows at its end, from the connection on, and all of it as text.
func playPicture(t *testing.T) ([][]screenCell, string) {
	t.Helper()
	cmd := exec.Command("rpcsh", "--demo", "--color", "always")
	cmd.Env = append(os.Environ(), "TERM=xterm", "NO_COLOR=", "XDG_STATE_HOME="+t.TempDir())
	s := sitAt(t, cmd, pictureCols, pictureRows)
	for _, step := range pictureSession {
		s.sees(step.sees)
		s.Press(step.typed)
	}
	return fromConnected(s.cells()), s.Text()
}

// fromConnected returns rows without what the demo peer says of itself.
func fromConnected(rows [][]screenCell) [][]screenCell {
	for i, row := range rows {
		if len(row) > 0 && strings.HasPrefix(rowText(row), "connected to ") {
			return rows[i:]
		}
	}
	return rows
}

// pictureMasked returns a picture without what differs from run to run: times, ports, and where something begins or
// ends because of them.
func pictureMasked(svg string) string {
	svg = regexp.MustCompile(` (x|textLength)="[^"]*"`).ReplaceAllString(svg, "")
	return strings.Join(masked(strings.Split(svg, "\n")), "\n")
}

// A look is the colours of a picture.
type look struct {
	back, bar, text, faint string
	colors                 map[int]string // by SGR parameter
}

// The colours are those of GitHub's pages.
var (
	lightLook = look{
		back: "#ffffff", bar: "#d0d7de", text: "#1f2328", faint: "#6e7781",
		colors: map[int]string{
			31: "#cf222e", 32: "#116329", 33: "#9a6700", 34: "#0969da", 35: "#8250df", 36: "#1b7c83",
		},
	}
	darkLook = look{
		back: "#0d1117", bar: "#30363d", text: "#e6edf3", faint: "#8b949e",
		colors: map[int]string{
			31: "#ff7b72", 32: "#7ee787", 33: "#d29922", 34: "#79c0ff", 35: "#d2a8ff", 36: "#56d4dd",
		},
	}
)

// Sizes of a picture, in pixels.
const (
	cellWidth  = 8.4
	cellHeight = 19
	fontSize   = 14
	margin     = 16
	barHeight  = 30
)

// draw returns rows as a picture of a terminal.
func draw(rows [][]screenCell, l look) string {
	for len(rows) > 0 && len(rows[len(rows)-1]) == 0 {
		rows = rows[:len(rows)-1]
	}
	width, height := cellWidth*pictureCols+2*margin, cellHeight*len(rows)+barHeight+2*margin
	var b strings.Builder
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %.0f %d" `+
		`font-family="ui-monospace,SFMono-Regular,Menlo,Consolas,'DejaVu Sans Mono',monospace" font-size="%d">`+"\n",
		width, height, fontSize)
	fmt.Fprintf(&b, `<rect x="0.5" y="0.5" width="%.0f" height="%d" rx="8" fill="%s" stroke="%s"/>`+"\n",
		width-1, height-1, l.back, l.bar)
	for i := range 3 {
		fmt.Fprintf(&b, `<circle cx="%d" cy="%d" r="5.5" fill="%s"/>`+"\n", margin+6+i*18, barHeight/2+2, l.bar)
	}
	for y, row := range rows {
		for x := 0; x < len(row); {
			end := x + 1
			for end < len(row) && sameStyle(row[end], row[x]) {
				end++
			}
			b.WriteString(span(row[x:end], x, barHeight+margin+cellHeight*y+fontSize, l))
			x = end
		}
	}
	return b.String() + "</svg>\n"
}

func sameStyle(a, b screenCell) bool {
	return a.color == b.color && a.bold == b.bold && a.faint == b.faint
}

// span returns cells of one style, the first of which is in column x. Blanks at both ends are left out.
func span(cells []screenCell, x, y int, l look) string {
	for len(cells) > 0 && cells[0].text == " " {
		cells, x = cells[1:], x+1
	}
	for len(cells) > 0 && cells[len(cells)-1].text == " " {
		cells = cells[:len(cells)-1]
	}
	if len(cells) == 0 {
		return ""
	}
	fill, weight := l.text, ""
	switch {
	case l.colors[cells[0].color] != "":
		fill = l.colors[cells[0].color]
	case cells[0].faint:
		fill = l.faint
	}
	if cells[0].bold {
		weight = ` font-weight="bold"`
	}
	return fmt.Sprintf(`<text x="%.1f" y="%d" fill="%s"%s textLength="%.1f" xml:space="preserve">%s</text>`+"\n",
		margin+cellWidth*float64(x), y, fill, weight, cellWidth*float64(len(cells)), html.EscapeString(rowText(cells)))
}
