package term

import "strings"

// A Binding describes keys and what they do, for documentation.
type Binding struct {
	Keys []string // keys that do the same or the opposite, by the names of this package: "ctrl-a", "up"
	Does string
}

// Names returns the keys as people read them: "Ctrl-A", "Up".
func (b Binding) Names() string {
	var names []string
	for _, k := range b.Keys {
		var presses []string
		for press := range strings.FieldsSeq(k) {
			presses = append(presses, pressName(press))
		}
		names = append(names, strings.Join(presses, " "))
	}
	return strings.Join(names, ", ")
}

func pressName(press string) string {
	switch press {
	case "backtab":
		return "Shift-Tab"
	}
	parts := strings.Split(press, "-")
	if len(press) == 1 {
		return press // a character
	}
	for i, part := range parts {
		if part != "" {
			parts[i] = strings.ToUpper(part[:1]) + part[1:]
		}
	}
	return strings.Join(parts, "-")
}

// Bindings returns the keys of the line editor, in the order in which people get to know them.
func Bindings() []Binding {
	return []Binding{
		{[]string{"tab", "backtab"}, "open the list of suggestions, move down and up in it, take the only one"},
		{
			[]string{keyEnter},
			"take the selected suggestion; where none is selected, run the line, or go on in a new row inside " +
				"brackets and quotes and after a \\",
		},
		{[]string{"alt-enter"}, "go on in a new row anywhere"},
		{[]string{"esc", "ctrl-g"}, "close the list; what is typed stays"},
		{
			[]string{"up", "down", "ctrl-p", "ctrl-n"},
			"go through the earlier lines that begin with what is typed; in the list, move the selection",
		},
		{
			[]string{"ctrl-r", "ctrl-s"},
			"search the earlier lines, which are listed as you type: arrows choose, Enter takes the line, Esc and " +
				"Ctrl-G leave all as it was",
		},
		{[]string{"left", "right", "ctrl-b", "ctrl-f"}, "move the cursor by a character"},
		{[]string{"home", "end", "ctrl-a", "ctrl-e"}, "move the cursor to the beginning or the end of the line"},
		{[]string{"ctrl-left", "ctrl-right", "alt-left", "alt-right", "alt-b", "alt-f"}, "move the cursor by a word"},
		{[]string{"backspace", "delete"}, "delete the character before or at the cursor"},
		{
			[]string{"ctrl-w", "alt-backspace", "alt-d", "ctrl-delete", "alt-delete"},
			"cut the word before or behind the cursor",
		},
		{[]string{"ctrl-u", "ctrl-k"}, "cut to the beginning or the end of the line"},
		{[]string{"ctrl-y"}, "insert what was cut last"},
		{[]string{"alt-."}, "insert the last word of the line before; once more, of the one before that"},
		{[]string{"ctrl-_", "alt-/"}, "undo a change of the line, and do it again"},
		{[]string{"ctrl-t"}, "exchange two characters"},
		{[]string{"ctrl-x ctrl-e"}, "edit the line in $VISUAL or $EDITOR; what is saved comes back, not yet run"},
		{[]string{"ctrl-l"}, "clear the screen"},
		{[]string{"ctrl-c"}, "drop the line; during a call, give the call up"},
		{[]string{"ctrl-d"}, "on an empty line, leave the shell; else delete a character"},
	}
}

// ViBindings returns the keys that differ where vi's are used.
func ViBindings() []Binding {
	return []Binding{
		{[]string{"esc"}, "enter normal mode, in which characters are commands; the prompt ends in a colon"},
		{
			[]string{"i", "a", "I", "A", "o", "O"},
			"insert before or behind the cursor, at the beginning or the end, in a new row",
		},
		{
			[]string{"h", "l", "space", "0", "^", "$"},
			"move by a character; to the beginning of the row, of its text, to its end",
		},
		{[]string{"w", "b", "e", "W", "B", "E"}, "move by a word, to its end; by what stands between blanks"},
		{[]string{"f", "F", "t", "T", ";", ","}, "move to a character of the row, or before it; again, and back"},
		{[]string{"%"}, "move to the partner of a bracket"},
		{[]string{"d", "c", "y"}, "with a motion: cut, change, copy; twice, the row"},
		{[]string{"x", "X", "s", "D", "C", "S", "Y"}, "dl, dh, cl, d$, c$, cc, yy"},
		{[]string{"p", "P"}, "insert what was cut or copied, behind the cursor or before it"},
		{[]string{"r", "~"}, "put another character in place of one; change its case"},
		{[]string{".", "u", "ctrl-r"}, "do the last change again; undo, and do again what was undone"},
		{[]string{"k", "j", "/"}, "go to the row above and below, through the earlier lines; search them"},
	}
}
