// Package jobs runs things again and again in the background, until they are stopped.
package jobs

import (
	"context"
	"slices"
	"sync"
	"time"
)

// A Job is something that is run again and again.
type Job struct {
	Number int // from 1, of the shell
	Every  time.Duration
	Line   string // what is run, as it was typed

	ctx  context.Context // ends with what Add was given, and when it is stopped
	stop context.CancelFunc

	mu   sync.Mutex // protects what follows
	runs int
	err  error // of the last run; nil: none, or there was no run
}

// State returns how often the job has been run, and the error of the last run; nil: none, or there was no run.
func (j *Job) State() (runs int, err error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.runs, j.err
}

func (j *Job) ran(err error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.runs++
	j.err = err
}

// Jobs are those that have not been stopped. The methods may be called by any number of goroutines. The zero Jobs are
// none.
type Jobs struct {
	mu   sync.Mutex // protects what follows
	last int        // the number that was given last
	all  []*Job     // in order of number
}

// Add makes a job, which Run runs until ctx ends. every is more than 0.
func (js *Jobs) Add(ctx context.Context, every time.Duration, line string) *Job {
	js.mu.Lock()
	defer js.mu.Unlock()
	js.last++
	j := &Job{Number: js.last, Every: every, Line: line}
	j.ctx, j.stop = context.WithCancel(ctx)
	js.all = append(js.all, j)
	return j
}

// List returns the jobs in order of number.
func (js *Jobs) List() []*Job {
	js.mu.Lock()
	defer js.mu.Unlock()
	return slices.Clone(js.all)
}

// Stop ends jobs, and what they are doing.
func (js *Jobs) Stop(jobs ...*Job) {
	js.mu.Lock()
	defer js.mu.Unlock()
	js.all = slices.DeleteFunc(js.all, func(j *Job) bool { return slices.Contains(jobs, j) })
	for _, j := range jobs {
		j.stop()
	}
}

// Run calls run at once, and then at each of the job's times until its context ends. A run that takes longer than that
// lets times pass.
func (j *Job) Run(run func(ctx context.Context) error) {
	defer j.stop()
	tick := time.NewTicker(j.Every)
	defer tick.Stop()
	for j.ctx.Err() == nil {
		j.ran(run(j.ctx))
		select {
		case <-tick.C:
		case <-j.ctx.Done():
		}
	}
}
