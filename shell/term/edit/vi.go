package edit

import (
	"strings"
	"unicode"
)

// Vi is the keys of vi. The zero value is in insert mode, in which keys are not its concern.
type Vi struct {
	Normal bool // the mode in which characters are commands

	keys  []string // of a command that is not complete, a character each
	find  string   // the last f, F, t or T with its character
	cut   string   // what was cut or copied last
	rows  bool     // that is whole rows
	last  command  // the last that has changed the line
	typed string   // what was typed at its end
	began *Line    // the line when insert mode was entered by last; nil: it was not
}

// An Effect is what a command wants that is not of the line alone.
type Effect int

// The effects of commands.
const (
	Nothing Effect = iota
	Undone         // the last change is to be undone
	Older          // an older line is wanted
	Newer          // a newer one
	Search         // a search through them
)

// A command is [COUNT] [OPERATOR [COUNT]] NAME [CHARACTER].
type command struct {
	count    int // 0: none was typed
	operator string
	name     string
	char     string
}

// times is how often the command is done.
func (c command) times() int { return max(1, c.count) }

// Characters of commands. An operator is followed by a motion, or by itself.
const (
	viOperators = "dcy"
	viMotions   = "hlwbeWBE0^$fFtT;,% "
	viFinds     = "fFtT"
	viOthers    = "rxXsSDCYpP~iaIAoOu.kj/"
	maxCount    = 9999
	maxKeys     = 20 // of a command
)

// ViCommands are the characters that are commands, or parts of them.
const ViCommands = viOperators + viMotions + viOthers

// readCommand reads a command. done says that it is complete, or cannot become one, in which case it has no name.
func readCommand(keys []string) (c command, done bool) {
	next := func() string {
		if len(keys) == 0 {
			return ""
		}
		key := keys[0]
		keys = keys[1:]
		return key
	}
	count := func() int {
		n := 0
		for len(keys) > 0 && (keys[0] >= "1" && keys[0] <= "9" || keys[0] == "0" && n > 0) {
			n = min(maxCount, 10*n+int(next()[0]-'0'))
		}
		return n
	}
	c.count = count()
	name := next()
	if name != "" && strings.Contains(viOperators, name) {
		c.operator = name
		if n := count(); n > 0 {
			c.count = min(maxCount, c.times()*n)
		}
		if name = next(); name != "" && name != c.operator && !strings.Contains(viMotions, name) {
			return command{}, true
		}
	}
	switch {
	case name == "":
		return command{}, false
	case strings.Contains(viFinds+"r", name):
		c.char = next()
	case !strings.Contains(viMotions+viOthers+viOperators, name):
		return command{}, true
	}
	c.name = name
	return c, c.char != "" || !strings.Contains(viFinds+"r", name)
}

// Begin enters insert mode, for a new line.
func (v *Vi) Begin() { v.Normal, v.keys, v.began = false, nil, nil }

// Escape enters normal mode, or drops the command that is not complete.
func (v *Vi) Escape(l Line) Line {
	v.keys = nil
	if v.Normal {
		return l
	}
	v.Normal = true
	if v.began != nil {
		v.typed, _ = strings.CutPrefix(l.Before, v.began.Before)
		if l.After != v.began.After || !strings.HasPrefix(l.Before, v.began.Before) {
			v.typed = "" // something else was changed, too
		}
		v.began = nil
	}
	if len(l.Before) > l.RowStart() {
		l = l.To(l.Left())
	}
	return l
}

// Settle returns the line with the cursor at a character of its row, where it is in normal mode.
func (v *Vi) Settle(l Line) Line {
	if v.Normal && len(l.Before) == l.RowEnd() && len(l.Before) > l.RowStart() {
		return l.To(l.Left())
	}
	return l
}

// Press takes a character that was typed in normal mode. times is how often the effect is wanted.
func (v *Vi) Press(l Line, char string) (_ Line, effect Effect, times int) {
	c, done := readCommand(append(v.keys, char))
	if !done && len(v.keys) < maxKeys {
		v.keys = append(v.keys, char)
		return l, Nothing, 0
	}
	v.keys = nil
	repeats := c.name == "."
	if repeats {
		c = v.last
	}
	switch {
	case c.name == "" || !done:
		return l, Nothing, 0
	case repeats:
		if l = v.do(l, c); !v.Normal {
			l = v.repeat(l)
		}
		return v.Settle(l), Nothing, 0
	}
	effects := map[string]Effect{"u": Undone, "k": Older, "j": Newer, "/": Search}
	if effect := effects[c.name]; effect != Nothing && c.operator == "" {
		return l, effect, c.times()
	}
	before := l
	l = v.do(l, c)
	if l.Text() != before.Text() || !v.Normal {
		v.last, v.typed, v.began = c, "", nil
		if !v.Normal {
			v.began = &l
		}
	}
	return v.Settle(l), Nothing, 0
}

// repeat types what was typed after the last change, and leaves insert mode.
func (v *Vi) repeat(l Line) Line {
	typed := v.typed
	l = v.Escape(l.Insert(typed))
	v.typed = typed
	return l
}

// do does a command that concerns the line alone.
func (v *Vi) do(l Line, c command) Line {
	short := map[string]command{
		"x": {operator: "d", name: "l"}, "X": {operator: "d", name: "h"}, "s": {operator: "c", name: "l"},
		"D": {operator: "d", name: "$"}, "C": {operator: "c", name: "$"}, "S": {operator: "c", name: "c"},
		"Y": {operator: "y", name: "y"},
	}
	if s, is := short[c.name]; is {
		s.count = c.count
		c = s
	}
	switch {
	case c.operator != "" && c.operator == c.name:
		return v.operateRows(l, c)
	case c.operator != "":
		return v.operate(l, c)
	case strings.Contains(viMotions, c.name):
		if p, _, ok := v.move(l, c); ok {
			return l.To(p.at)
		}
		return l
	case c.name == "r" || c.name == "~":
		return v.replace(l, c)
	case c.name == "p" || c.name == "P":
		return v.put(l, c)
	}
	return v.insert(l, c.name)
}

// move returns where a motion leads, and whether the character there is a part of what an operator takes.
func (v *Vi) move(l Line, c command) (p place, takes, ok bool) {
	p = place{l.Text(), len(l.Before)}
	if strings.Contains(viFinds, c.name) {
		v.find = c.name + c.char
	}
	for range c.times() {
		from := p
		big := c.name != strings.ToLower(c.name)
		switch c.name {
		case "h":
			if p.at > p.rowStart() {
				p = p.previous()
			}
		case "l", " ":
			if p.at < p.rowEnd() {
				p = p.next()
			}
		case "w", "W":
			p = p.wordForth(big)
		case "b", "B":
			p = p.wordBack(big)
		case "e", "E":
			p, takes = p.wordEnd(big), true
		case "0":
			p.at = p.rowStart()
		case "^":
			p.at = p.rowText()
		case "$":
			p.at = p.rowEnd()
		case "%":
			if p.at = Partner(p.text, p.at); p.at < 0 {
				return from, false, false
			}
			takes = true
		default:
			how := v.find
			if c.name == "," && how != "" {
				how = swapCase(how[:1]) + how[1:]
			}
			if how == "" {
				return p, false, false
			}
			p, ok = p.found(how, c.name == ";" || c.name == ",", c.times())
			return p, how[0] == 'f' || how[0] == 't', ok
		}
	}
	return p, takes, true
}

// operate does what an operator does to the text between the cursor and where a motion leads.
func (v *Vi) operate(l Line, c command) Line {
	at := place{l.Text(), len(l.Before)}
	if c.operator == "c" && (c.name == "w" || c.name == "W") && at.kind(false) != 0 { // what follows the word stays
		c.name = map[string]string{"w": "e", "W": "E"}[c.name]
		if at.next().kind(c.name == "E") != at.kind(c.name == "E") && c.times() == 1 {
			c.name = "l"
		}
	}
	to, takes, ok := v.move(l, c)
	if !ok {
		return l
	}
	from, end := min(at.at, to.at), max(at.at, to.at)
	if takes {
		end = place{at.text, end}.next().at
	}
	if (c.name == "w" || c.name == "W") && strings.Contains(at.text[from:end], "\n") && c.times() == 1 {
		end = at.rowEnd() // not into the next row
	}
	v.Normal = c.operator != "c"
	v.rows = false
	if from < end {
		v.cut = at.text[from:end]
	}
	if c.operator == "y" {
		return l.To(from)
	}
	return Line{at.text[:from], at.text[end:]}
}

// operateRows does what an operator does to whole rows: dd, cc, yy.
func (v *Vi) operateRows(l Line, c command) Line {
	p := place{l.Text(), len(l.Before)}
	start, end := p.rowStart(), p.rowEnd()
	for range c.times() - 1 {
		if end < len(p.text) {
			end = place{p.text, end + 1}.rowEnd()
		}
	}
	v.cut, v.rows = p.text[start:end], true
	switch c.operator {
	case "y":
		return l
	case "c":
		v.Normal = false
	case "d":
		switch {
		case end < len(p.text):
			end++
		case start > 0:
			l = Line{p.text[:start-1], p.text[end:]}
			return l.To(l.RowStart())
		}
	}
	return Line{p.text[:start], p.text[end:]}
}

// replace puts other characters in place of those at the cursor: r, ~.
func (v *Vi) replace(l Line, c command) Line {
	p := place{l.Text(), len(l.Before)}
	var b strings.Builder
	q := p
	for range c.times() {
		if q.at == q.rowEnd() {
			if c.name == "r" {
				return l
			}
			break
		}
		if c.name == "r" {
			b.WriteString(c.char)
		} else {
			b.WriteString(swapCase(q.char()))
		}
		q = q.next()
	}
	l = Line{l.Before + b.String(), p.text[q.at:]}
	if c.name == "r" && b.Len() > 0 {
		l = l.To(l.Left())
	}
	return l
}

func swapCase(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsUpper(r) {
			return unicode.ToLower(r)
		}
		return unicode.ToUpper(r)
	}, s)
}

// put inserts what was cut or copied, behind the cursor or before it: p, P.
func (v *Vi) put(l Line, c command) Line {
	const most = 1 << 20 // bytes
	if v.cut == "" || len(v.cut)*c.times() > most {
		return l
	}
	switch {
	case v.rows && l.Empty():
		return Line{v.cut, ""}.To(0)
	case v.rows && c.name == "p":
		at := l.RowEnd()
		return l.To(at).Insert(strings.Repeat("\n"+v.cut, c.times())).To(at + 1)
	case v.rows:
		at := l.RowStart()
		return l.To(at).Insert(strings.Repeat(v.cut+"\n", c.times())).To(at)
	case c.name == "p" && len(l.Before) < l.RowEnd():
		l = l.To(l.Right())
	}
	l = l.Insert(strings.Repeat(v.cut, c.times()))
	return l.To(l.Left())
}

// insert enters insert mode.
func (v *Vi) insert(l Line, how string) Line {
	v.Normal = false
	p := place{l.Text(), len(l.Before)}
	switch how {
	case "a":
		if p.at < p.rowEnd() {
			l = l.To(p.next().at)
		}
	case "I":
		l = l.To(p.rowText())
	case "A":
		l = l.To(p.rowEnd())
	case "o":
		l = l.To(p.rowEnd()).BreakRow()
	case "O":
		l = l.To(p.rowStart()).Insert("\n")
		l = l.To(len(l.Before) - 1)
	}
	return l
}
