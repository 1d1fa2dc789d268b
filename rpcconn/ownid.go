package rpcconn

import (
	"errors"
	"fmt"
	"maps"
	"slices"
)

// An IDError says that a call cannot have the id that was chosen for it.
type IDError struct {
	ID     ID
	Reason string
}

func (e *IDError) Error() string { return fmt.Sprintf("the id %s %s", e.ID, e.Reason) }

// IsIDError reports whether a call was not sent because of the id that was chosen for it.
func IsIDError(err error) bool {
	var e *IDError
	return errors.As(err, &e)
}

// addOwn adds w with an id that was chosen for it. Two calls that wait never have the same id.
func (t *callTable) addOwn(w *waiter, id ID) error {
	n, isInt := id.Plain().Int()
	if t.own[id.Plain()] != nil || isInt && t.has(n) {
		return &IDError{id, "is that of a call that waits for its answer"}
	}
	if t.own == nil {
		t.own = make(map[ID]*waiter)
	}
	t.lastOwn--
	w.id, w.own = t.lastOwn, id
	t.own[id.Plain()] = w
	t.n++
	return nil
}

// has reports whether a call with an id that was assigned waits.
func (t *callTable) has(id int64) bool {
	if len(t.slots) == 0 {
		return false
	}
	w := t.slots[id&int64(len(t.slots)-1)]
	return w != nil && w.id == id
}

// takeOwn removes and returns the waiter for an id that was chosen for it, nil if there is none.
func (t *callTable) takeOwn(id ID) *waiter {
	if len(t.own) == 0 {
		return nil
	}
	id = id.Plain()
	w := t.own[id]
	if w != nil {
		delete(t.own, id)
		t.n--
	}
	return w
}

// removeOwn is remove for a waiter with an id that was chosen for it.
func (t *callTable) removeOwn(w *waiter) bool {
	return t.own[w.own.Plain()] == w && t.takeOwn(w.own) == w
}

// takeAllOwn removes and returns all waiters with ids that were chosen for them.
func (t *callTable) takeAllOwn() []*waiter {
	all := slices.Collect(maps.Values(t.own))
	t.own = nil
	return all
}
