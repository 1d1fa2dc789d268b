package term

// Clear empties the window, as Ctrl-L does. It may be called by any goroutine.
func (t *Terminal) Clear() { t.screen.clear() }
