package term

import (
	"cmp"
	"context"
	"fmt"
	"os"
	"strings"

	"rpcsh/rpcconn/home"
	"rpcsh/rpcconn/plain"
	"rpcsh/shell/columns"
	"rpcsh/shell/term/edit"
)

// Page shows text. What fits into the window, or does not wait for a key since the person has typed ahead, is printed
// as by Write. More is shown in a screen of its own, in which the person moves with the keys of less; it leaves nothing
// behind. Other output appears when that ends. Pasted text ends it and is for the next line; so is what comes at once
// and does not begin with one of these keys. What is saved is whole, in which nothing is shortened for the window's
// sake; nil: text. The error is ctx's, ErrClosed, that of writing to the terminal, or io.EOF if the terminal is gone.
//
// It must not be called while a line is read.
func (t *Terminal) Page(ctx context.Context, text string, whole func() string) error {
	if t.Fits(text) || t.input.waiting() {
		_, err := t.Write([]byte(text))
		return err
	}
	t.input.setReading(true)
	defer t.input.setReading(false)
	t.screen.enter()
	defer t.screen.leave()
	p := &pager{lines: strings.Split(strings.TrimSuffix(text, "\n"), "\n"), whole: whole}
	for {
		cols, rows := t.size()
		t.screen.fill(p.layout(cols, rows))
		k, err := t.pageKey(ctx)
		switch {
		case err != nil:
			return err
		case p.ask == nil && (k.name == keyPaste || k.name == keyBreak || beginsLine(k)):
			t.input.putBack(k)
			return nil
		}
		k = t.firstOf(k)
		if done := p.press(k); done {
			return nil
		}
	}
}

// Fits reports whether text can be printed without scrolling its beginning out of the window.
func (t *Terminal) Fits(text string) bool {
	cols, rows := t.size()
	used := 0
	for l := range strings.SplitSeq(strings.TrimSuffix(text, "\n"), "\n") {
		if used += max(1, (columns.Width(l)+cols-1)/cols); used >= rows {
			return false
		}
	}
	return true
}

// pageKeys are the characters that the pager knows.
const pageKeys = "qQ fbdujkgGnNs/"

// beginsLine reports whether a key is text that came at once, as from a program that types, and is not for the pager.
func beginsLine(k key) bool {
	return k.name == keyText && len(k.text) > 1 && edit.FirstCluster(k.text) != k.text &&
		!strings.Contains(pageKeys, k.text[:1])
}

// firstOf returns the first character of a key that is text; the others come next.
func (t *Terminal) firstOf(k key) key {
	if first := edit.FirstCluster(k.text); k.name == keyText && first != k.text {
		t.input.putBack(key{keyText, k.text[len(first):]})
		k.text = first
	}
	return k
}

// pageKey returns the next key; a key without a name when the window has changed.
func (t *Terminal) pageKey(ctx context.Context) (key, error) {
	for {
		if k, ok := t.input.next(); ok {
			return k, nil
		}
		for _, err := range []error{context.Cause(ctx), t.input.ended(), t.screen.failed()} {
			if err != nil {
				return key{}, err
			}
		}
		select {
		case <-t.input.wake:
		case <-t.changed:
			return key{}, nil
		case <-ctx.Done():
		}
	}
}

// A pager is a text of which a window shows a part.
type pager struct {
	lines []string
	whole func() string // the text that is saved; nil: lines

	rows   []pageRow // of lines, in a window of this many columns
	cols   int
	height int // rows of the window that show text
	top    int // the first row that is shown

	query string // what was searched for last
	said  string // in place of where the window is, until the next key
	ask   *asked // what is being typed; nil: nothing is
}

// A pageRow is a row of a line.
type pageRow struct {
	text string
	line int
}

// An asked is a text that is typed below the page.
type asked struct {
	label string
	line  edit.Line
	enter func(text string)
}

// layout returns what the window shows.
func (p *pager) layout(cols, rows int) string {
	p.fold(cols)
	p.height = max(1, rows-1)
	p.top = max(0, min(p.top, len(p.rows)-p.height))
	var b strings.Builder
	for i := range p.height {
		if b.WriteString(eraseRow); p.top+i < len(p.rows) {
			b.WriteString(p.marked(p.rows[p.top+i].text) + sgrReset)
		}
		b.WriteString("\r\n")
	}
	b.WriteString(eraseRow)
	if p.ask != nil {
		b.WriteString(columns.Clip(withPictures(p.ask.label+p.ask.line.Before), cols-1, "") + showCursor)
		return b.String()
	}
	b.WriteString(hideCursor + sgrSelected + columns.Clip(p.status(), cols-1, "…") + sgrReset)
	return b.String()
}

// fold breaks the lines into rows of cols columns, if they are not; the line at the top stays there.
func (p *pager) fold(cols int) {
	if p.cols == cols {
		return
	}
	at := 0
	if p.top < len(p.rows) {
		at = p.rows[p.top].line
	}
	p.cols, p.rows, p.top = cols, nil, 0
	for i, l := range p.lines {
		if i == at {
			p.top = len(p.rows)
		}
		for _, text := range columns.Rows(l, cols) {
			p.rows = append(p.rows, pageRow{text, i})
		}
	}
}

// status says where the window is, and the keys.
func (p *pager) status() string {
	if p.said != "" {
		return " " + p.said + " "
	}
	last := p.rows[min(p.top+p.height, len(p.rows))-1].line + 1
	return fmt.Sprintf(" lines %d–%d of %d · q leaves · blank b g G move · / n N search · s saves ",
		p.rows[p.top].line+1, last, len(p.lines))
}

// marked returns a row with what was searched for in reverse video; where that is, it has no colours.
func (p *pager) marked(row string) string {
	plain := columns.Plain(row)
	at := p.find(plain)
	if at < 0 {
		return row
	}
	var b strings.Builder
	for ; at >= 0; at = p.find(plain) {
		b.WriteString(plain[:at] + sgrSelected + plain[at:at+len(p.query)] + sgrReset)
		plain = plain[at+len(p.query):]
	}
	return b.String() + plain
}

// find returns where text has what was searched for, in any case where that is in lower case; -1: nowhere.
func (p *pager) find(text string) int {
	switch {
	case p.query == "":
		return -1
	case strings.ToLower(p.query) == p.query:
		if lower := strings.ToLower(text); len(lower) == len(text) { // the same bytes are the same characters
			text = lower
		}
	}
	return strings.Index(text, p.query)
}

// search moves to the next line in a direction that has what is searched for.
func (p *pager) search(by int) {
	from := p.rows[p.top].line
	for i := from + by; i >= 0 && i < len(p.lines); i += by {
		if p.find(columns.Plain(p.lines[i])) >= 0 {
			p.goTo(i)
			return
		}
	}
	p.said = fmt.Sprintf("no (more) %s", withPictures(p.query))
}

// goTo shows line i at the top, or as near to it as there is text.
func (p *pager) goTo(i int) {
	for p.top = 0; p.top < len(p.rows) && p.rows[p.top].line < i; {
		p.top++
	}
}

// press does what a key is bound to, and reports whether that leaves the pager. layout has been called.
func (p *pager) press(k key) (leave bool) {
	p.said = ""
	if p.ask != nil {
		p.typed(k)
		return false
	}
	name := k.name
	if name == keyText {
		name = k.text
	}
	switch name {
	case "q", "Q", "esc", "ctrl-c", "ctrl-d":
		return true
	case " ", "f", "pagedown", "ctrl-f", "ctrl-v":
		p.top += p.height
	case "b", "pageup", "ctrl-b":
		p.top -= p.height
	case "d":
		p.top += p.height / 2
	case "u", "ctrl-u":
		p.top -= p.height / 2
	case keyEnter, "j", "down", "ctrl-n":
		p.top++
	case "k", "up", "ctrl-p":
		p.top--
	case "g", "home":
		p.top = 0
	case "G", "end":
		p.top = len(p.rows)
	case "/":
		p.ask = &asked{label: "/", enter: func(text string) { p.query = text; p.search(1) }}
	case "n":
		p.search(1)
	case "N":
		p.search(-1)
	case "s":
		p.ask = &asked{label: "save as: ", enter: p.save}
	}
	return false
}

// typed changes what is being typed.
func (p *pager) typed(k key) {
	l := &p.ask.line
	switch k.name {
	case keyText, keyPaste:
		*l = l.Insert(k.text)
	case "backspace":
		if l.Empty() {
			p.ask = nil
			return
		}
		*l, _ = l.Cut(l.Left())
	case "ctrl-u":
		*l = edit.Line{}
	case "esc", "ctrl-c", "ctrl-g", "ctrl-d":
		p.ask = nil
	case keyEnter, keyBreak:
		text, enter := l.Text(), p.ask.enter
		if p.ask = nil; text != "" {
			enter(text)
		}
	}
}

// save writes the text to a new file, whole and without colours.
func (p *pager) save(path string) {
	path = home.Path(path)
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o666)
	if err == nil {
		text := strings.Join(p.lines, "\n")
		if p.whole != nil {
			text = p.whole()
		}
		_, err = f.WriteString(columns.Plain(strings.TrimSuffix(text, "\n")) + "\n")
		err = cmp.Or(err, f.Close())
	}
	p.said = "saved as " + withPictures(path)
	if err != nil {
		p.said = "not saved: " + withPictures(plain.Reason(err).Error())
	}
}
