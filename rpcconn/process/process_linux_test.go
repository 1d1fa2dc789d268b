package process

import "testing"

// A child that does not mind its stdin ends as well when its parent dies without closing it.
func TestProcessEndsWithItsParent(t *testing.T) {
	h := newHoldings(t)
	p := startProcess(t, child(t, soon, "killed", "hold", h.path))
	ended := h.held()
	<-p.Done()
	if got := p.Status(); got != "killed by signal 9" {
		t.Errorf("the status is %q", got)
	}
	ended()
}
