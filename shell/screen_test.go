package shell

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"
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
		s := newScreen(p, func(text string) string { return "<" + text + ">" })
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
		(*slot)(nil).release()
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
	s := newScreen(p, func(text string) string { return text })
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

// pass lets an interval pass, and all that its end brings about.
func pass() {
	time.Sleep(floodInterval)
	synctest.Wait()
}

func sampleMany(s *screen, name string, n int) {
	for range n {
		s.sample(name, func() string { return name })
	}
}

func TestScreenSamples(t *testing.T) {
	onScreen(t, func(t *testing.T, s *screen, p *paper) {
		sampleMany(s, "tick", trafficBurst+12_408)
		sampleMany(s, "tock", 1)
		s.sample("never", func() string {
			t.Error("a line was made that nobody sees")
			return ""
		})
		s.print(p, "of the shell itself")
		s.flush()
		want := strings.Repeat("tick\n", trafficBurst) + "of the shell itself\n"
		p.expect(t, want)

		pass()
		s.flush()
		want += "<… 12 408 more tick>\n<… 1 more never>\n<… 1 more tock>\n"
		p.expect(t, want)

		// while the flood lasts, a few lines an interval show what it is
		sampleMany(s, "tick", trafficRate+3)
		pass()
		s.flush()
		want += strings.Repeat("tick\n", trafficRate) + "<… 3 more tick>\n"
		p.expect(t, want)

		// after an interval of which nothing was left out there is room again
		sampleMany(s, "tick", trafficRate)
		pass()
		sampleMany(s, "tick", trafficBurst)
		s.flush()
		want += strings.Repeat("tick\n", trafficRate+trafficBurst)
		p.expect(t, want)
	})
}

// What is said again within an interval is counted, which leaves the room for traffic as it was; what is new is put out in a flood, too.
func TestScreenOnce(t *testing.T) {
	onScreen(t, func(t *testing.T, s *screen, p *paper) {
		once := func(text string) { s.once("failed", text, func() string { return text }) }
		for range 500 {
			once("x")
		}
		once("y")
		pass()
		sampleMany(s, "tick", trafficBurst+1)
		once("x")
		for i := range trafficRate {
			once(fmt.Sprint(i))
		}
		s.flush()
		want := "x\ny\n<… 499 more failed>\n" + strings.Repeat("tick\n", trafficBurst) + "x\n"
		for i := range trafficRate - 1 {
			want += fmt.Sprintln(i)
		}
		p.expect(t, want)
		pass()
		s.flush()
		p.expect(t, want+"<… 1 more failed>\n<… 1 more tick>\n")
	})
}

// Traffic that one can read is not sampled, however long it lasts.
func TestScreenSlowTraffic(t *testing.T) {
	onScreen(t, func(t *testing.T, s *screen, p *paper) {
		const intervals = 30
		for range intervals {
			sampleMany(s, "tick", trafficBurst/4)
			pass()
		}
		s.flush()
		p.expect(t, strings.Repeat("tick\n", intervals*trafficBurst/4))
	})
}

func TestScreenSumOfManyNames(t *testing.T) {
	onScreen(t, func(t *testing.T, s *screen, p *paper) {
		sampleMany(s, "a", trafficBurst)
		for i, name := range []string{"g", "f", "e", "d", "c", "b", "a"} {
			sampleMany(s, name, 10*i+1)
		}
		pass()
		s.flush()
		p.expect(t, strings.Repeat("a\n", trafficBurst)+"<… 61 more a>\n<… 51 more b>\n<… 41 more c>\n<… 31 more d>\n<… 21 more e>\n<… 12 more of 2 other methods>\n")
	})
}

// A peer that makes up names takes no more memory than one that does not.
func TestScreenManyNames(t *testing.T) {
	onScreen(t, func(t *testing.T, s *screen, p *paper) {
		sampleMany(s, "a", trafficBurst)
		for i := range 3 * maxFloodNames {
			sampleMany(s, fmt.Sprint("name", i), 1)
		}
		s.mu.Lock()
		n := len(s.skipped)
		s.mu.Unlock()
		if n > maxFloodNames+1 {
			t.Errorf("%d names are counted", n)
		}
		pass()
		s.flush()
		if want := "<… 2 000 more others>\n"; !strings.Contains(p.String(), want) {
			t.Errorf("%q is not on the screen", want)
		}
	})
}

// A terminal that takes nothing makes no peer wait, and memory stays bounded; what was left out is told once it goes on.
func TestScreenHeld(t *testing.T) {
	onScreen(t, func(t *testing.T, s *screen, p *paper) {
		p.held = make(chan bool)
		const intervals = 50
		for range intervals {
			sampleMany(s, "tick", trafficBurst/2)
			s.mu.Lock()
			n := len(s.queue)
			s.mu.Unlock()
			if n > maxQueuedLines {
				t.Fatalf("%d lines wait", n)
			}
			pass()
		}
		close(p.held)
		pass()
		pass()
		s.flush()
		shown := strings.Count(p.String(), "tick\n")
		if want := fmt.Sprintf("<… %s more tick>\n", grouped(intervals*trafficBurst/2-shown)); !strings.HasSuffix(p.String(), want) {
			t.Errorf("%d lines were shown, and not at the end %q", shown, want)
		}
	})
}

func TestScreenPrintAllWaits(t *testing.T) {
	onScreen(t, func(t *testing.T, s *screen, p *paper) {
		held := s.reserve()
		for range maxQueuedLines {
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
		held.release()
		<-printed
		s.flush()
		if got := p.String(); !strings.HasSuffix(got, "of the shell itself\nlast\n") || p.lines() != maxQueuedLines+2 {
			t.Errorf("%d lines, at the end %q", p.lines(), got[len(got)-40:])
		}
	})
}

// flush waits for what came before it, and not for what keeps coming.
func TestScreenFlushInFlood(t *testing.T) {
	p := new(paper)
	s := newScreen(p, func(text string) string { return text })
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
		s := newScreen(p, func(text string) string { return text })
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
		p := new(paper)
		s := newScreen(p, func(text string) string { return text })
		s.reserve() // and never released
		for range maxQueuedLines {
			s.print(p, "x")
		}
		var wg sync.WaitGroup
		wg.Go(func() { s.printAll(p, "x") })
		synctest.Wait()
		s.close()
		wg.Wait()
		if n := p.lines(); n < maxQueuedLines {
			t.Errorf("%d lines", n)
		}
	})
}

func TestGrouped(t *testing.T) {
	for n, want := range map[int]string{0: "0", 7: "7", 999: "999", 1000: "1 000", 12408: "12 408", 1234567: "1 234 567"} {
		if got := grouped(n); got != want {
			t.Errorf("%d: %q, want %q", n, got, want)
		}
	}
}

// What a flood costs the goroutine that reads from the peer.
func BenchmarkScreenSample(b *testing.B) {
	s := newScreen(io.Discard, func(text string) string { return text })
	defer s.close()
	b.ReportAllocs()
	for b.Loop() {
		s.sample("report_progress", func() string { return "07:31:02.114 ← report_progress 1" })
	}
}
