package tap

// SetBehind changes how many bytes may wait to be looked at, each way.
func (t *Tap) SetBehind(n int) { t.behind = n }
