package view

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
)

// A paper is what a screen writes on.
type paper struct {
	held chan bool  // until it is closed, nothing can be written, as on a terminal after Ctrl-S; nil: it is not held
	mu   sync.Mutex // protects text
	text bytes.Buffer
}

func (p *paper) Write(b []byte) (int, error) {
	if p.held != nil {
		<-p.held
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.text.Write(b)
}

func (p *paper) String() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.text.String()
}

func (p *paper) lines() int { return strings.Count(p.String(), "\n") }

// onScreen runs test with a screen on a paper, in time of its own.
func onScreen(t *testing.T, test func(t *testing.T, s *screen, p *paper)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		p := new(paper)
		s := newScreen(p, func(text string) string { return "<" + text + ">" }, alone)
		defer s.close()
		test(t, s, p)
	})
}

func (p *paper) expect(t *testing.T, want string) {
	t.Helper()
	if got := p.String(); got != want {
		same := 0
		for same < min(len(got), len(want)) && got[same] == want[same] {
			same++
		}
		t.Errorf("after %d bytes the screen goes on with\n%.200q\nwant\n%.200q", same, got[same:], want[same:])
	}
}

// alone is the aside of a screen beside which nothing is drawn.
func alone(write func()) { write() }

func TestScreenOrder(t *testing.T) {
	onScreen(t, func(t *testing.T, s *screen, p *paper) {
		s.print(p, "one")
		s.print(p, "two\n")
		s.sample("x", func() string { return "three" })
		s.printAll(p, "four\nfive")
		s.flush()
		p.expect(t, "one\ntwo\nthree\nfour\nfive\n")
	})
}

// What comes after a slot waits for its release, and nothing before it does.
func TestScreenSlots(t *testing.T) {
	onScreen(t, func(t *testing.T, s *screen, p *paper) {
		s.print(p, "before")
		first, second := s.reserve(), s.reserve()
		s.print(p, "after")
		second.print(p, "second")
		second.release()
		s.flush() // waits for no slot
		p.expect(t, "before\n")
		first.print(p, "first")
		first.print(p, "more of it\n")
		s.flush()
		p.expect(t, "before\n")
		first.release()
		s.flush()
		p.expect(t, "before\nfirst\nmore of it\nsecond\nafter\n")
		first.release() // again
		s.reserve().release()
		s.print(p, "end")
		s.flush()
		p.expect(t, "before\nfirst\nmore of it\nsecond\nafter\nend\n")
	})
}

func TestScreenWriters(t *testing.T) {
	onScreen(t, func(t *testing.T, s *screen, p *paper) {
		other := new(paper)
		slot := s.reserve()
		slot.print(p, "1")
		slot.print(other, "a")
		slot.print(p, "2")
		slot.release()
		s.print(other, "b")
		s.flush()
		p.expect(t, "1\n2\n")
		other.expect(t, "a\nb\n")
	})
}

// pieces keeps each write.
type pieces []string

func (p *pieces) Write(text []byte) (int, error) {
	*p = append(*p, string(text))
	return len(text), nil
}

// A write is as many whole lines as it may have bytes, or one longer line.
func TestScreenWritesWholeLines(t *testing.T) {
	long := strings.Repeat("-", writeSize) + "\n"
	line := strings.Repeat("x", 99) + "\n"
	each := writeSize / len(line)
	var got pieces
	onScreen(t, func(t *testing.T, s *screen, _ *paper) {
		slot := s.reserve()
		for range 2*each + 1 {
			s.print(&got, line)
		}
		s.print(&got, long)
		s.print(&got, line)
		slot.release()
		s.flush()
	})
	full := strings.Repeat(line, each)
	if want := (pieces{full, full, line, long, line}); !slices.Equal(got, want) {
		t.Errorf("%d writes, want %d", len(got), len(want))
		for _, text := range got {
			t.Errorf("%d bytes, %d lines", len(text), strings.Count(text, "\n"))
		}
	}
}

type failing struct{ io.Writer }

func (failing) Write([]byte) (int, error) { return 0, errors.New("gone") }

func TestScreenWriteFails(t *testing.T) {
	onScreen(t, func(t *testing.T, s *screen, p *paper) {
		s.print(failing{}, "lost")
		s.print(p, "kept")
		s.flush()
		p.expect(t, "kept\n")
	})
}

// Lines that several goroutines bring come out whole, and those of each in order.
func TestScreenConcurrent(t *testing.T) {
	const writers, each = 8, 200
	p := new(paper)
	s := newScreen(p, func(text string) string { return text }, alone)
	var wg sync.WaitGroup
	for w := range writers {
		wg.Go(func() {
			for i := range each {
				switch i % 3 {
				case 0:
					s.print(p, fmt.Sprintf("%d %d", w, i))
				case 1:
					slot := s.reserve()
					slot.print(p, fmt.Sprintf("%d %d", w, i))
					slot.release()
				default:
					s.printAll(p, fmt.Sprintf("%d %d", w, i))
					s.flush()
				}
			}
		})
	}
	wg.Wait()
	s.close()
	next := make([]int, writers)
	for line := range strings.Lines(p.String()) {
		var w, i int
		if _, err := fmt.Sscanf(line, "%d %d\n", &w, &i); err != nil || i != next[w] {
			t.Fatalf("%q came where line %v was due", line, next)
		}
		next[w]++
	}
	for w, n := range next {
		if n != each {
			t.Errorf("%d lines of writer %d", n, w)
		}
	}
}

// printAll waits while the writer is slow and too much is queued.
func TestScreenPrintAllWaits(t *testing.T) {
	onScreen(t, func(t *testing.T, s *screen, p *paper) {
		p.held = make(chan bool)
		s.print(p, "first")
		synctest.Wait() // it is being written
		for range maxQueuedLines + 1 {
			s.printAll(p, "x")
		}
		printed := make(chan bool)
		go func() {
			s.printAll(p, "last")
			close(printed)
		}()
		synctest.Wait()
		select {
		case <-printed:
			t.Error("it did not wait")
		default:
		}
		s.print(p, "of the shell itself") // never waits
		close(p.held)
		<-printed
		s.flush()
		if got := p.String(); !strings.HasSuffix(got, "of the shell itself\nlast\n") || p.lines() != maxQueuedLines+4 {
			t.Errorf("%d lines, at the end %q", p.lines(), got[len(got)-40:])
		}
	})
}

// printAll does not wait behind a slot that is not released: whoever is to release it may wait for the caller.
func TestScreenPrintAllBehindSlot(t *testing.T) {
	onScreen(t, func(t *testing.T, s *screen, p *paper) {
		slot := s.reserve()
		for range maxQueuedLines + 10 {
			s.printAll(p, "x") // synctest would report a deadlock
		}
		slot.print(p, "first")
		slot.release()
		s.flush()
		if got := p.String(); !strings.HasPrefix(got, "first\nx\n") || p.lines() != maxQueuedLines+11 {
			t.Errorf("%d lines, at the beginning %.20q", p.lines(), got)
		}
	})
}

// flush waits for what came before it, and not for what keeps coming.
func TestScreenFlushInFlood(t *testing.T) {
	p := new(paper)
	s := newScreen(p, func(text string) string { return text }, alone)
	defer s.close()
	stop := make(chan bool)
	var wg sync.WaitGroup
	for range 2 {
		wg.Go(func() {
			for {
				select {
				case <-stop:
					return
				default:
					s.printAll(p, "x")
				}
			}
		})
	}
	for i := range 20 {
		mark := fmt.Sprintf("mark %d\n", i)
		s.print(p, mark)
		s.flush()
		if !strings.Contains(p.String(), mark) {
			t.Errorf("%q was not flushed", mark)
		}
	}
	close(stop)
	wg.Wait()
}

// close puts out what is there, released or not, and says what was left out.
func TestScreenClose(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := new(paper)
		s := newScreen(p, func(text string) string { return text }, alone)
		sampleMany(s, "tick", trafficBurst+5)
		slot := s.reserve()
		slot.print(p, "not released")
		s.print(p, "behind it")
		s.close()
		p.expect(t, strings.Repeat("tick\n", trafficBurst)+"not released\nbehind it\n… 5 more tick\n")

		// what comes too late is harmless
		slot.print(p, "late")
		slot.release()
		s.reserve()
		sampleMany(s, "tick", 2*trafficBurst)
		s.printAll(p, "late")
		s.close()
		pass()
		pass()
		if strings.Contains(p.String(), "late") {
			t.Error("something was put out after close")
		}
	})
}

// close lets those go on that wait for room.
func TestScreenCloseFreesWaiting(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := &paper{held: make(chan bool)}
		s := newScreen(p, func(text string) string { return text }, alone)
		s.print(p, "first")
		synctest.Wait() // it is being written
		for range maxQueuedLines + 1 {
			s.print(p, "x")
		}
		printed, closed := make(chan bool), make(chan bool)
		go func() {
			s.printAll(p, "x")
			close(printed)
		}()
		synctest.Wait()
		select {
		case <-printed:
			t.Error("it did not wait")
		default:
		}
		go func() {
			s.close()
			close(closed)
		}()
		<-printed
		close(p.held)
		<-closed
		if n := p.lines(); n < maxQueuedLines+2 {
			t.Errorf("%d lines", n)
		}
	})
}
