package turn

import (
	"context"
	"sync"
	"testing"
)

// isFree reports whether nothing has to be waited for.
func isFree(behind <-chan struct{}) bool {
	if behind == nil {
		return true
	}
	select {
	case <-behind:
		return true
	default:
		return false
	}
}

// Who waits behind requests goes on when all that came before have entered, in whatever order they do.
func TestPlaces(t *testing.T) {
	var ps Places[*int]
	if ps.Behind() != nil {
		t.Error("there is nothing to wait for")
	}
	reqs := make([]*int, 3)
	behind := make([]<-chan struct{}, len(reqs))
	for i := range reqs {
		reqs[i] = new(int)
		ps.Add(reqs[i])
		behind[i] = ps.Behind()
	}
	for _, step := range []struct{ enters, free int }{{1, 0}, {1, 0}, {0, 2}, {2, 3}} {
		ps.Enter(reqs[step.enters])
		for i, b := range behind {
			if isFree(b) != (i < step.free) {
				t.Errorf("after %d has entered, who waits behind %d is free: %v", step.enters, i, isFree(b))
			}
		}
	}
	if ps.Behind() != nil || len(ps.waiting) > 0 {
		t.Error("somebody still waits")
	}
}

// Who waits behind what is in an inbox goes on when that is done, when the task that runs waits itself, and at the end.
func TestBehind(t *testing.T) {
	var working sync.WaitGroup
	ctx, end := context.WithCancel(t.Context())
	in := &Inbox{Start: working.Go, Context: ctx}
	if in.Behind() != nil {
		t.Error("there is nothing to wait for")
	}
	step, did := make(chan string), make(chan struct{})
	goOn := func() {}
	task := func() {
		for what := range step {
			switch what {
			case "wait":
				goOn = in.wait()
			case "go on":
				goOn()
			}
			did <- struct{}{}
			if what == "end" {
				return
			}
		}
	}
	do := func(what string) {
		step <- what
		<-did
	}
	in.Put(0, task)
	first := in.Behind()
	in.Put(0, task)
	second := in.Behind()
	if in.Behind() != second || isFree(first) || isFree(second) {
		t.Error("nothing has been done yet")
	}
	do("end")
	do("nothing") // the second task runs
	if !isFree(first) || isFree(second) {
		t.Error("the first task has been done, and the second has not")
	}
	do("wait")
	if !isFree(second) || in.Behind() != nil {
		t.Error("the second task waits itself")
	}
	do("go on")
	third := in.Behind()
	if isFree(third) {
		t.Error("the second task goes on")
	}
	in.Put(0, task)
	fourth := in.Behind()
	end()
	do("end")
	working.Wait()
	if !isFree(third) || !isFree(fourth) {
		t.Error("the session has ended")
	}
}
