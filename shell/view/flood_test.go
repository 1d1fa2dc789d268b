package view

import (
	"fmt"
	"io"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"rpcsh/shell/human"
)

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

// What is said again within an interval is counted, and takes no room from traffic. What is new is always shown.
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
		p.expect(
			t,
			strings.Repeat(
				"a\n", trafficBurst,
			)+"<… 61 more a>\n<… 51 more b>\n<… 41 more c>\n"+
				"<… 31 more d>\n<… 21 more e>\n<… 12 more of 2 other methods>\n",
		)
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
		n := len(s.flood.skipped)
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

// A terminal that takes nothing makes no peer wait, and memory stays bounded. What was left out is told later.
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
		want := fmt.Sprintf("<… %s more tick>\n", human.Grouped(intervals*trafficBurst/2-shown))
		if !strings.HasSuffix(p.String(), want) {
			t.Errorf("%d lines were shown, and not at the end %q", shown, want)
		}
	})
}

// What a flood costs the goroutine that reads from the peer.
func BenchmarkScreenSample(b *testing.B) {
	s := newScreen(io.Discard, func(text string) string { return text }, alone)
	defer s.close()
	b.ReportAllocs()
	for b.Loop() {
		s.sample("report_progress", func() string { return "07:31:02.114 ← report_progress 1" })
	}
}
