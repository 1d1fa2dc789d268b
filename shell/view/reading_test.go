package view

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"

	"rpcsh/shell/event"
)

func note(text string) *event.Event { return &event.Event{Kind: event.Note, Text: text} }

func notification(n int) *event.Event {
	return &event.Event{Kind: event.Notification, Method: "tick", Params: raw(fmt.Sprintf("[%d]", n))}
}

// A terminal that takes nothing does not make peers wait: what is more than can be kept is counted, and told.
func TestPersonDoesNotHoldUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStage(t, "person", false)
		s.desk.held = make(chan bool)
		const events = 50_000
		for i := range events {
			s.bus.Publish(notification(i)) // synctest would report a deadlock
		}
		s.screen.mu.Lock()
		waiting := len(s.screen.queue)
		s.screen.mu.Unlock()
		if waiting > maxQueuedLines {
			t.Errorf("%d lines wait", waiting)
		}
		close(s.desk.held)
		pass()
		pass()
		shown, left := 0, 0
		for _, line := range s.shown() {
			var n int
			if _, err := fmt.Sscanf(strings.ReplaceAll(line, " ", ""), "…%dmoretick", &n); err == nil {
				left += n
			} else {
				shown++
			}
		}
		if shown != trafficBurst || shown+left != events {
			t.Errorf("%d lines are shown, and %d are told to be left out", shown, left)
		}
	})
}

// What usually comes seldom is bounded, too: a peer can have clients come and go.
func TestPersonDoesNotKeepAll(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStage(t, "person", false)
		s.desk.held = make(chan bool)
		for i := range 3 * maxQueuedLines {
			s.bus.Publish(&event.Event{Kind: event.Connect, Text: "has connected"})
			if i%1000 == 0 {
				synctest.Wait() // so that the view has all of them
			}
		}
		synctest.Wait()
		s.screen.mu.Lock()
		waiting := len(s.screen.queue)
		s.screen.mu.Unlock()
		if waiting > maxQueuedLines {
			t.Errorf("%d lines wait", waiting)
		}
		close(s.desk.held)
		pass()
		pass()
		if all := strings.Join(s.shown(), "\n"); !strings.Contains(all, "more connect") {
			t.Errorf("what is left out is not told: %d bytes are shown", len(all))
		}
	})
}

// What there is no room for on the way to the view is counted among what is left out.
func TestLeftOutBeforeTheView(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStage(t, "person", false)
		s.screen.mu.Lock() // the reader gets no further than the first event
		for range 20_000 {
			s.bus.Publish(&event.Event{Kind: event.Stderr, Text: "said", Topic: "lines of the child"})
		}
		s.screen.mu.Unlock()
		s.sub.Flush()
		pass()
		s.Flush()
		const want = "… 19 000 more lines of the child (.show lists the last ones)\n"
		if got := s.desk.String(); !strings.Contains(got, want) {
			t.Errorf("at the end: %q", got[max(0, len(got)-200):])
		}
	})
}

// A log has every line, however slow its reader is, and in order.
func TestLogIsComplete(t *testing.T) {
	for _, mode := range []string{"log", "json log", "incoming"} {
		t.Run(mode, func(t *testing.T) {
			s := newStage(t, mode, false)
			const events = 3 * maxQueuedLines
			for i := range events {
				s.bus.Publish(notification(i))
			}
			got := s.shown()
			if len(got) != events {
				t.Fatalf("%d lines of %d", len(got), events)
			}
			for i, line := range got {
				if want := fmt.Sprintf("tick %d", i); mode == "log" && !strings.HasSuffix(line, want) {
					t.Fatalf("line %d is %q", i, line)
				}
				if want := fmt.Sprintf("[%d]}", i); mode != "log" && !strings.HasSuffix(line, want) {
					t.Fatalf("line %d is %q", i, line)
				}
			}
		})
	}
}

// While a result is awaited, the log does not make those wait who are to bring it.
func TestLogBehindAwaitedResult(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStage(t, "log", false)
		number := s.bus.Publish(&event.Event{
			Kind: event.Response, Origin: event.FromLine, Result: raw("1"), Awaited: true,
		})
		for i := range 4 * maxQueuedLines {
			s.bus.Publish(notification(i)) // synctest would report a deadlock
		}
		if err := s.Result(&Result{Event: number, Values: values("1")}, false); err != nil {
			t.Error(err)
		}
		s.Flush()
		if n := s.errOut.lines(); n != 4*maxQueuedLines+1 {
			t.Errorf("%d lines", n)
		}
	})
}

// Of notes for one reason the first is told, and the others are counted; those of other reasons, and none, are told.
func TestNotesForOneReason(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStage(t, "person", false)
		for i := range 500 {
			s.bus.Publish(&event.Event{Kind: event.Note, Text: fmt.Sprint("a", i), Topic: "failures of a", Reason: "a"})
		}
		s.bus.Publish(&event.Event{Kind: event.Note, Text: "b", Topic: "failures of b", Reason: "b"})
		s.bus.Publish(&event.Event{Kind: event.Note, Text: "c", Topic: "log of c"})
		s.sub.Flush()
		pass()
		var got []string
		for _, line := range s.shown() {
			_, text, found := strings.Cut(line, " · ")
			if !found {
				text = line
			}
			got = append(got, text)
		}
		want := []string{"a0", "b", "c", "… 499 more failures of a (.show lists the last ones)"}
		if !slices.Equal(got, want) {
			t.Errorf("got %q, want %q", got, want)
		}
	})
}

func TestWatchAndMute(t *testing.T) {
	filter := func(text string) event.Filter {
		f, err := event.ParseFilter(text)
		if err != nil {
			t.Fatal(err)
		}
		return f
	}
	for _, tt := range []struct {
		mode, watch string
		mute        []string
		want        string // methods, and texts of notes
	}{
		{"person", "", nil, "my_add tick other note"},
		{"person", "kind:notification", nil, "my_add tick note"},
		{"person", "", []string{"my_*", "kind:other"}, "tick note"},
		{"pipe", "tick", nil, "tick"},
		{"log", "tick", nil, "tick note"},
		{"json log", "tick", nil, "tick note"},
		{"incoming", "tick", nil, "tick"},
		{"person", "", []string{"dir:in"}, "note"}, // what is no message stays
		{"person", "", []string{"kind:note"}, "my_add tick other"},
		{"json log", "", []string{"kind:note tick"}, "my_add tick other note"},
	} {
		s := newStage(t, tt.mode, false)
		s.SetWatch(filter(tt.watch))
		for _, m := range tt.mute {
			s.AddMute(filter(m))
		}
		s.bus.Publish(&event.Event{Kind: event.Notification, Method: "my_add"})
		s.bus.Publish(&event.Event{Kind: event.Notification, Method: "tick"})
		s.bus.Publish(&event.Event{Kind: event.Other, Value: raw(`"other"`)})
		s.bus.Publish(note("note"))
		all := strings.Join(s.shown(), "\n")
		var got []string
		for _, word := range []string{"my_add", "tick", `"other"`, " · note", `"text":"note"`} {
			if strings.Contains(all, word) {
				got = append(got, strings.Trim(strings.TrimPrefix(word, `"text":`), ` ·"`))
			}
		}
		if strings.Join(got, " ") != tt.want {
			t.Errorf("%s, watch %q, mute %q: got %q, want %q", tt.mode, tt.watch, tt.mute, got, tt.want)
		}
		if watch, mute := s.Watched(); watch.String() != tt.watch || len(mute) != len(tt.mute) {
			t.Errorf("watched are %v and %v", watch, mute)
		}
		s.ClearMute()
		if _, mute := s.Watched(); len(mute) > 0 {
			t.Errorf("muted are %v", mute)
		}
	}
}

// Close shows what was published before, and what is done later is harmless.
func TestClose(t *testing.T) {
	for _, mode := range modes() {
		s := newStage(t, mode, false)
		number := s.bus.Publish(&event.Event{
			Kind: event.Response, Origin: event.FromLine, Result: raw("1"), Awaited: true,
		})
		for range 100 {
			s.bus.Publish(&event.Event{Kind: event.Problem, Text: "problem"})
		}
		s.View.Close()
		if got := strings.Count(strings.Join(s.shown(), "\n"), "problem"); got < 100 {
			t.Errorf("%s: %d lines are shown", mode, got)
		}
		s.bus.Publish(note("late"))
		s.Say("late")
		s.Drop(number)
		s.Flush()
		if strings.Contains(strings.Join(s.shown(), "\n"), "late") {
			t.Errorf("%s: something is shown after Close", mode)
		}
	}
}

// All may be called by any number of goroutines.
func TestConcurrent(t *testing.T) {
	for _, mode := range modes() {
		t.Run(mode, func(t *testing.T) {
			s := newStage(t, mode, false)
			const callers, each = 8, 50
			var wg sync.WaitGroup
			for range callers {
				wg.Go(func() {
					for i := range each {
						response := event.Event{
							Kind: event.Response, Origin: event.FromLine, Result: raw("1"), Awaited: true,
						}
						number := s.bus.Publish(&response)
						s.bus.Publish(note("n"))
						switch i % 3 {
						case 0:
							s.Drop(number)
						case 1:
							s.LateResult(&Result{Event: number, Values: values("1")}, true, false)
						default:
							if err := s.Result(&Result{Event: number, Values: values("1")}, false); err != nil {
								t.Error(err)
							}
						}
						s.Say("said")
					}
				})
			}
			wg.Wait()
			if got := strings.Count(strings.Join(s.shown(), "\n"), "said"); got != callers*each {
				t.Errorf("%d lines of %d", got, callers*each)
			}
			if len(s.slots) > 0 {
				t.Errorf("%d slots are kept", len(s.slots))
			}
		})
	}
}

// What an event of a flood costs those who publish it, and the view.
func BenchmarkFlood(b *testing.B) {
	for _, mode := range []string{"person", "pipe"} {
		b.Run(mode, func(b *testing.B) {
			s := newStage(b, mode, false)
			e := notification(1)
			b.ReportAllocs()
			for b.Loop() {
				s.bus.Publish(e)
			}
			s.sub.Flush()
		})
	}
}
