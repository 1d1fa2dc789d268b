package call

import (
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

func TestLimit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		ended := make(chan time.Duration, 1)
		var waits atomic.Bool
		l := startLimit(30*time.Second, 0, waits.Load, func() { ended <- time.Since(start) })
		time.Sleep(20 * time.Second)
		l.extend()
		if took := <-ended; took != 50*time.Second {
			t.Errorf("it ends after %s", took)
		}
		l.extend() // which is too late
		synctest.Wait()
		waits.Store(true)
		start = time.Now()
		startLimit(time.Second, 0, waits.Load, func() { ended <- time.Since(start) })
		time.Sleep(time.Hour + time.Second/2)
		waits.Store(false)
		if took := <-ended; took != time.Hour+time.Second {
			t.Errorf("a limit that does not count for an hour ends after %s", took)
		}
		l = startLimit(time.Second, 0, func() bool { return false }, func() { ended <- 0 })
		l.stop()
		time.Sleep(time.Minute)
		if len(ended) > 0 {
			t.Error("a limit ends that is up, or was stopped")
		}
		var none *limit
		none.extend()
		none.stop()
		for passed, left := range map[time.Duration]time.Duration{
			6 * time.Second: 4 * time.Second, time.Hour: time.Second,
		} {
			start = time.Now()
			startLimit(10*time.Second, passed, func() bool { return false }, func() { ended <- time.Since(start) })
			if took := <-ended; took != left {
				t.Errorf("a limit of which %s have passed ends after %s", passed, took)
			}
		}
		if startLimit(0, 0, nil, nil) != nil {
			t.Error("0 is a limit")
		}
	})
}
