package term

import (
	"fmt"
	"slices"
	"strings"
)

// CheckKeys returns what is wrong with having key do what another does. Both are named as in Bindings, in any case.
func CheckKeys(key, does string) error {
	key, does = strings.ToLower(key), strings.ToLower(does)
	bound := func(b Binding) bool { return slices.Contains(b.Keys, does) }
	switch {
	case slices.Contains([]string{"ctrl-c", "ctrl-z", `ctrl-\`, keyEnter}, key):
		return fmt.Errorf("%s stays what it is", key)
	case !isKeyName(key):
		return fmt.Errorf("%q is no key: write ctrl-LETTER, alt-LETTER, home, end, pageup, pagedown, insert, delete, "+
			"or ctrl- and alt- before these and the arrows", key)
	case !slices.ContainsFunc(Bindings(), bound):
		return fmt.Errorf("no key that does something is called %q (.help keys lists them)", does)
	}
	return nil
}

// isKeyName reports whether name is that of a key which is no character.
func isKeyName(name string) bool {
	alone := strings.TrimPrefix(strings.TrimPrefix(name, "ctrl-"), "alt-")
	named := []string{
		"up", "down", "left", "right", "home", "end", "pageup", "pagedown", "insert", "delete", "backspace", "tab",
		"backtab", "space",
	}
	return slices.Contains(named, alone) || alone != name && len(alone) == 1 && alone[0] > ' ' && alone[0] < 0x7f
}

// SetKeys has keys do what others do, from the next line on. CheckKeys has passed them.
func (t *Terminal) SetKeys(does map[string]string) {
	lower := make(map[string]string, len(does))
	for key, other := range does {
		lower[strings.ToLower(key)] = strings.ToLower(other)
	}
	t.editor.setKeys(lower)
}

// setKeys keeps keys for the next line.
func (e *editor) setKeys(does map[string]string) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.wantsKeys = does
}
