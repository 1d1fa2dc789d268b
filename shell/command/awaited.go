package command

// awaited is what waits for the person, in words: requests of peers or, at a tap, messages that are held.
type awaited struct {
	what   string // one of them
	isNone string // what is said of another message
	none   string // that none is there
}

// awaits returns what waits for the person here.
func (t Tapped) awaits() awaited {
	found, err := t.tap()
	if err != nil {
		return awaited{"request", "no request of a peer", "no request waits for you"}
	}
	none := "no message is held now"
	if _, holds := found.Holding(); !holds {
		none = "no message is held: .hold FILTER holds what a filter chooses, .hold all all messages"
	}
	return awaited{"message", "not held", none}
}
