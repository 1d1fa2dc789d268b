package term

// A Binding describes keys and what they do, for documentation.
type Binding struct {
	Keys []string // keys that do the same or the opposite, by the names of this package: "ctrl-a", "up"
	Does string
}

// Bindings returns the keys of the line editor, in the order in which people get to know them.
func Bindings() []Binding {
	return []Binding{
		{[]string{"tab", "backtab"}, "open the list of suggestions, move down and up in it"},
		{[]string{keyEnter}, "take the selected suggestion; run the line where none is selected"},
		{[]string{"esc", "ctrl-g"}, "close the list; what is typed stays"},
		{
			[]string{"up", "down", "ctrl-p", "ctrl-n"},
			"go through the earlier lines that begin with what is typed; in the list, move the selection",
		},
		{
			[]string{"ctrl-r", "ctrl-s"},
			"search the earlier lines: Ctrl-R older, Ctrl-S newer; Esc takes the line, Enter runs it, " +
				"Ctrl-G leaves the search",
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
		{[]string{"ctrl-t"}, "exchange two characters"},
		{[]string{"ctrl-l"}, "clear the screen"},
		{[]string{"ctrl-c"}, "drop the line; during a call, give the call up"},
		{[]string{"ctrl-d"}, "on an empty line, leave the shell; else delete a character"},
	}
}
