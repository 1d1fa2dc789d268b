package term

// key is one thing that a person did at the keyboard, or a piece of pasted text.
//
// A named key is called after what is pressed: "enter", "tab", "left", "ctrl-a", "alt-b", "ctrl-left". A letter is not
// a named key, but text. Keys without a binding have names, too.
type key struct {
	name string
	text string // of keyText, keyPaste and keyReport: valid UTF-8, without control characters but tabs
}

const (
	keyText  = "text"
	keyPaste = "paste"
	keyEnter = "enter"
	keyBreak = "break" // a line break inside pasted text
	// keyPasted is no key, but the end of what was pasted at once.
	keyPasted = "pasted"
	// keyEscEnter is an Escape, and an Enter that came soon after it: two keys of vi, or Alt-Enter over a slow link.
	keyEscEnter = "esc enter"
	// keyReport is no key, but the terminal's answer to a question (OSC), without what is around it.
	keyReport = "report"
)

// appendKey appends k, or adds its text to the last key's if both are text, or both are pasted.
func appendKey(keys []key, k key) []key {
	if n := len(keys); n > 0 && k.text != "" && keys[n-1].name == k.name && k.name != keyReport {
		keys[n-1].text += k.text
		return keys
	}
	return append(keys, k)
}
