package view

import (
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"rpcsh/shell/event"
)

// What is being waited for is shown from the first second on, and how far it has come at once.
func TestWorking(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStage(t, "person", false)
		expect := func(when string, want ...string) {
			t.Helper()
			synctest.Wait()
			var got []string
			for len(s.desk.status) > 0 {
				got = append(got, <-s.desk.status)
			}
			if !slices.Equal(got, want) {
				t.Errorf("%s: got %q, want %q", when, got, want)
			}
		}
		_, stop := s.Working("short")
		time.Sleep(time.Second - 1)
		stop()
		time.Sleep(time.Minute)
		expect("less than a second")

		_, stop = s.Working("waiting …")
		time.Sleep(2500 * time.Millisecond)
		expect("more", "waiting … 1 s, Ctrl-C gives it up", "waiting … 2 s, Ctrl-C gives it up")
		stop()
		expect("the end", "")

		update, stop := s.Working("waiting …")
		time.Sleep(100 * time.Millisecond)
		update("half")
		expect("progress", "half 0 s, Ctrl-C gives it up")
		time.Sleep(time.Second)
		expect("a second of it", "half 1 s, Ctrl-C gives it up")

		_, stopInner := s.Working("connecting …")
		expect("another has begun", "")
		time.Sleep(time.Second)
		expect("a second of that", "connecting … 1 s, Ctrl-C gives it up")
		stopInner()
		expect("it has ended", "half 2 s, Ctrl-C gives it up")
		stop()
		stop() // again
		update("late")
		time.Sleep(time.Minute)
		expect("all have ended", "")

		_, _ = s.Working("never ends")
		time.Sleep(time.Second)
		s.View.Close()
		expect("Close", "never ends 1 s, Ctrl-C gives it up", "")
	})
}

// Where nobody looks, who could tell how far it has come is told so.
// What is waited for stands alone in its row: it is taken away while lines are written, and shown again below them.
func TestStatusMakesRoomForLines(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var terminal strings.Builder
		said := make(chan struct{}, 1) // whoever has put one in may write
		write := func(text string) {
			said <- struct{}{}
			terminal.WriteString(text)
			<-said
		}
		bus := new(event.Bus)
		v := New(Options{
			Stdout: &told{write}, Stderr: &told{write}, Status: func(text string) { write("[" + text + "]") },
		}, bus)
		_, stop := v.Working("waiting …")
		time.Sleep(1500 * time.Millisecond)
		v.Say("one")
		synctest.Wait()
		stop()
		synctest.Wait()
		v.Say("two")
		bus.Close()
		v.Close()
		const shown = "[waiting … 1 s, Ctrl-C gives it up]"
		if got, want := terminal.String(), shown+"[]one\n"+shown+"[]two\n"; got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	})
}

// A told is an io.Writer that hands on what it gets.
type told struct{ write func(text string) }

func (p *told) Write(text []byte) (int, error) {
	p.write(string(text))
	return len(text), nil
}

func TestWorkingUnseen(t *testing.T) {
	update, stop := newStage(t, "pipe", false).Working("waiting …")
	stop()
	if update != nil {
		t.Error("somebody looks")
	}
}

func TestProgressText(t *testing.T) {
	for _, tt := range []struct {
		done, total float64
		text, want  string
	}{
		{8, 20, "doing this", "[████████············]  40 % doing this"},
		{30, 20, "", "[████████████████████] 100 %"},
		{-1, 20, "", "[····················]   0 %"},
		{2.5, 0, "files", "2.5 files"},
		{0, 0, "a\x1b", `a\u001b`},
		{0, 0, "", "…"},
		{0, 0, strings.Repeat("x", 61), strings.Repeat("x", 59) + "…"},
	} {
		if got := ProgressText(tt.done, tt.total, tt.text); got != tt.want {
			t.Errorf("%v of %v, %q: got %q, want %q", tt.done, tt.total, tt.text, got, tt.want)
		}
	}
}
