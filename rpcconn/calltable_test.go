package rpcconn

import (
	"math"
	"math/rand/v2"
	"testing"
)

func TestCallTableFindsEachOnce(t *testing.T) {
	var table callTable
	waiters := make([]*waiter, 1000)
	for i := range waiters {
		waiters[i] = new(waiter)
		table.add(waiters[i])
		if got, want := waiters[i].id, int64(i+1); got != want {
			t.Fatalf("id %d was given, want %d", got, want)
		}
	}
	rand.Shuffle(len(waiters), func(i, j int) { waiters[i], waiters[j] = waiters[j], waiters[i] })
	for i, w := range waiters {
		if got := table.take(w.id); got != w {
			t.Fatalf("taking id %d gave %v", w.id, got)
		}
		if got := table.take(w.id); got != nil {
			t.Fatalf("id %d was taken twice", w.id)
		}
		if table.n != len(waiters)-i-1 {
			t.Fatalf("%d waiters are counted, want %d", table.n, len(waiters)-i-1)
		}
	}
}

func TestCallTableKnowsNoOtherID(t *testing.T) {
	var table callTable
	if got := table.take(1); got != nil {
		t.Fatalf("an empty table gave %v", got)
	}
	w := new(waiter)
	if table.remove(w) {
		t.Fatal("an empty table had a waiter to remove")
	}
	table.add(w)
	for _, id := range []int64{0, -1, 2, w.id + int64(len(table.slots)), w.id - int64(len(table.slots)), math.MinInt64,
		math.MaxInt64} {
		if got := table.take(id); got != nil {
			t.Errorf("id %d gave the waiter for %d", id, w.id)
		}
	}
}

func TestCallTableWrapsAround(t *testing.T) {
	var table callTable
	old := new(waiter)
	table.add(old)
	table.last = math.MaxInt32 - 1
	var last, first waiter
	table.add(&last)
	table.add(&first)
	if last.id != math.MaxInt32 || first.id != 2 {
		t.Fatalf("after %d came %d, want 2 after %d as 1 still waits", last.id, first.id, math.MaxInt32)
	}
	for _, w := range []*waiter{old, &last, &first} {
		if table.take(w.id) != w {
			t.Errorf("id %d is lost", w.id)
		}
	}
}

// A waiter whose answer has come is not in the table any more, but its id may be, as another's.
func TestCallTableRemovesTheSameWaiterOnly(t *testing.T) {
	var table callTable
	var answered, other waiter
	table.add(&answered)
	table.take(answered.id)
	table.last = 0
	table.add(&other)
	if answered.id != other.id {
		t.Fatalf("ids %d and %d, want the same", answered.id, other.id)
	}
	if table.remove(&answered) {
		t.Error("a waiter was removed that was not there")
	}
	if !table.remove(&other) || table.n != 0 {
		t.Error("a waiter that was there was not removed")
	}
}

func TestCallTableTakesAll(t *testing.T) {
	var table callTable
	for range 100 {
		table.add(new(waiter))
	}
	table.take(50)
	if got := len(table.takeAll()); got != 99 || table.n != 0 {
		t.Fatalf("%d waiters were taken and %d left, want 99 and 0", got, table.n)
	}
	if got := table.takeAll(); len(got) != 0 {
		t.Fatalf("%d waiters were there twice", len(got))
	}
}
