package shell

import (
	"context"
	"io"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"rpcsh/shell/event"
	"rpcsh/shell/session"
)

// A footer is a terminal that has a row for the bar.
type footer struct {
	Terminal
	mu    sync.Mutex // protects what follows
	shown []string
}

func (f *footer) SetFoot(name, rest string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.shown = append(f.shown, name+rest)
}

// take returns what was shown since it was called last.
func (f *footer) take() []string {
	synctest.Wait()
	f.mu.Lock()
	defer f.mu.Unlock()
	shown := f.shown
	f.shown = nil
	return shown
}

// The bar looks a few times while something happens, and never while nothing does.
func TestStatusBarSleeps(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := session.New(session.Options{RunLine: func(context.Context, *session.Hook) error { return io.EOF }})
		f := new(footer)
		b := newStatusBar(s, f)
		time.Sleep(time.Minute)
		if got := f.take(); len(got) == 0 || got[len(got)-1] != "not connected" {
			t.Errorf("at first it shows %q", got)
		}
		time.Sleep(time.Hour)
		if got := f.take(); len(got) > 0 {
			t.Errorf("while nothing happens it has looked %d times", len(got))
		}
		for range 10_000 { // within a second
			s.Events().Publish(&event.Event{Kind: event.Response, Took: 3 * time.Millisecond})
			time.Sleep(100 * time.Microsecond)
		}
		if got := len(f.take()); got > 10 {
			t.Errorf("while much happens it has looked %d times in a second", got)
		}
		time.Sleep(time.Hour)
		got := f.take()
		if len(got) > 20 || !strings.HasSuffix(got[len(got)-1], "last answer 3.0 ms") {
			t.Errorf("after that it has looked %d times: %q", len(got), got[len(got)-1])
		}
		b.turn(false)
		if got := f.take(); len(got) == 0 || got[len(got)-1] != "" {
			t.Errorf("turned off it shows %q", got)
		}
		b.close()
		s.Close()
	})
}

func TestPromptForms(t *testing.T) {
	parts := func(name string) string { return strings.ToUpper(name) }
	for form, want := range map[string]string{
		"{waits}{peer}> ": "WAITSPEER> ",
		"{at":             "{at",
		"} {time} $ ":     "} TIME $ ",
		"\x1b[31m":        `\u001b[31m`,
		"":                "",
	} {
		if got := fillPrompt(form, parts); got != want {
			t.Errorf("%q is %q, want %q", form, got, want)
		}
	}
	if err := checkPrompt("{peer} {nothing}"); err == nil || !strings.Contains(err.Error(), "{nothing}") {
		t.Errorf("a part that is not there: %v", err)
	}
	if err := checkPrompt(usualPrompt); err != nil {
		t.Error(err)
	}
}
