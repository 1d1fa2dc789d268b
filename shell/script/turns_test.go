package script

import (
	"context"
	"slices"
	"testing"
	"testing/synctest"
)

// Turns come in the order in which they are asked for, and one that is given up is passed on.
func TestTurns(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var ts turns
		if err := ts.take(t.Context(), nobody); err != nil {
			t.Fatal(err)
		}
		var order []int
		impatient, giveUp := context.WithCancel(t.Context())
		for i := range 5 {
			ctx, placed := t.Context(), make(chan struct{})
			if i == 2 {
				ctx = impatient
			}
			go func() {
				if ts.take(ctx, func() { close(placed) }) == nil {
					order = append(order, i)
					ts.leave()
				}
			}()
			<-placed
		}
		giveUp()
		synctest.Wait()
		ts.leave()
		synctest.Wait()
		if want := []int{0, 1, 3, 4}; !slices.Equal(order, want) {
			t.Errorf("the turns were %v, want %v", order, want)
		}
		if isTaken(&ts) {
			t.Error("a turn is still taken")
		}
		mine := make(chan struct{}) // a turn that came just when it was given up
		ts.taken, ts.waiting = true, []chan struct{}{make(chan struct{})}
		next := ts.waiting[0]
		ts.giveUp(mine)
		<-next
	})
}
