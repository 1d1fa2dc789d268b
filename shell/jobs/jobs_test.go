package jobs

import (
	"context"
	"errors"
	"slices"
	"testing"
	"testing/synctest"
	"time"
)

// A job runs at once, at each of its times, and late rather than twice at a time; Stop ends it, and what it does.
func TestRun(t *testing.T) {
	const every = 5 * time.Second
	for _, tt := range []struct {
		name  string
		takes time.Duration // each run
		want  []time.Duration
	}{
		{"quickly", 0, []time.Duration{0, every, 2 * every, 3 * every}},
		{"slowly", 7 * time.Second, []time.Duration{0, 7 * time.Second, 14 * time.Second, 21 * time.Second}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var js Jobs
				j := js.Add(t.Context(), every, "line")
				start := time.Now()
				var at []time.Duration
				failure := errors.New("no luck")
				j.Run(func(ctx context.Context) error {
					at = append(at, time.Since(start))
					if len(at) == len(tt.want) {
						js.Stop(j)
						<-ctx.Done()
						return failure
					}
					time.Sleep(tt.takes)
					return nil
				})
				if !slices.Equal(at, tt.want) {
					t.Errorf("it ran at %v, want %v", at, tt.want)
				}
				if runs, err := j.State(); runs != len(tt.want) || err != failure {
					t.Errorf("%d runs, the last with %v", runs, err)
				}
				if left := js.List(); len(left) > 0 {
					t.Errorf("%d jobs are left", len(left))
				}
			})
		})
	}
}

// Numbers are not used again, and what ends the context ends the jobs.
func TestNumbers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var js Jobs
		ctx, cancel := context.WithCancel(t.Context())
		first, second := js.Add(ctx, time.Second, "a"), js.Add(ctx, time.Second, "b")
		js.Stop(first, first)
		js.Stop(first)
		if third := js.Add(ctx, time.Second, "c"); third.Number != 3 || len(js.List()) != 2 {
			t.Errorf("the third is %d of %d", third.Number, len(js.List()))
		}
		go second.Run(func(context.Context) error { return nil })
		time.Sleep(1500 * time.Millisecond)
		cancel()
		synctest.Wait()
		if runs, err := second.State(); runs != 2 || err != nil {
			t.Errorf("%d runs, %v", runs, err)
		}
		first.Run(func(context.Context) error {
			t.Error("it was stopped")
			return nil
		})
	})
}
