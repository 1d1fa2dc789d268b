package term

import (
	"slices"
	"sync"
	"time"
)

// How long the next byte of a sequence may take: over a slow link they come one by one. If nothing follows an Escape by
// then, it was the key; who waits for what it does hardly notices. Nobody types more of a sequence by hand.
const (
	escapeTime   = 150 * time.Millisecond
	sequenceTime = 2 * time.Second
)

// input holds the keys that were pressed and not used yet: type-ahead, and the rest of a paste. Its methods may be
// called from any goroutine.
type input struct {
	wake chan struct{} // has room for one; written to when keys or err have changed
	stop chan struct{} // has room for one; written to when Ctrl-Z is pressed
	quit func()        // called when Ctrl-\ is pressed, on the goroutine that reads keys

	mu        sync.Mutex // protects all below
	decoder   decoder
	timer     *time.Timer // runs while the decoder holds back the beginning of a sequence
	due       time.Time   // when it is over
	keys      []key
	reading   bool   // a line is being read
	interrupt func() // called for Ctrl-C while no line is read
	err       error  // why no more keys will come

	background *background // nil: it was not asked for, or is known
}

func newInput(quit func()) *input {
	in := &input{wake: make(chan struct{}, 1), stop: make(chan struct{}, 1), quit: quit}
	in.timer = time.AfterFunc(time.Hour, in.timeout)
	in.timer.Stop()
	return in
}

// feed takes the bytes of one read of the terminal.
func (in *input) feed(chunk []byte) {
	in.mu.Lock()
	calls := in.add(in.decoder.feed(chunk))
	switch {
	case !in.decoder.pending():
		in.timer.Stop()
	case in.decoder.escapes():
		in.wait(escapeTime)
	default:
		in.wait(sequenceTime)
	}
	in.mu.Unlock()
	for _, f := range calls {
		f()
	}
}

// interrupted is what Ctrl-C does.
func (in *input) interrupted() {
	in.mu.Lock()
	calls := in.add([]key{{name: "ctrl-c"}})
	in.mu.Unlock()
	for _, f := range calls {
		f()
	}
}

// wait has timeout be called after d.
func (in *input) wait(d time.Duration) {
	in.due = time.Now().Add(d)
	in.timer.Reset(d)
}

func (in *input) timeout() {
	in.mu.Lock()
	defer in.mu.Unlock()
	if time.Now().Before(in.due) { // more has come just before
		return
	}
	in.add(in.decoder.timeout()) // an Escape or a broken character, neither of which calls anything
}

// add queues keys. It returns what has to be called, without the mutex, for keys that act at once.
func (in *input) add(keys []key) (calls []func()) {
	for _, k := range keys {
		switch k.name {
		case keyReport:
			calls = append(calls, in.takeReport(k.text))
			continue
		case "ctrl-z":
			poke(in.stop)
			continue
		case `ctrl-\`:
			calls = append(calls, in.quit)
			continue
		case "ctrl-c":
			in.keys = nil // as in a terminal, an interrupt discards what was typed before
			if !in.reading {
				if in.interrupt != nil {
					calls = append(calls, in.interrupt)
				}
				continue
			}
		}
		in.keys = appendKey(in.keys, k)
	}
	if len(keys) > 0 {
		poke(in.wake)
	}
	return calls
}

// poke writes to a channel with room for one, if it is empty.
func poke(c chan struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}

// next takes the oldest key. What only says where a paste ends is passed over.
func (in *input) next() (key, bool) {
	in.mu.Lock()
	defer in.mu.Unlock()
	for len(in.keys) > 0 {
		k := in.keys[0]
		in.keys = in.keys[1:]
		if k.name != keyPasted {
			return k, true
		}
	}
	return key{}, false
}

// waiting reports whether there are keys that nobody has used, or the rest of a paste is still to come.
func (in *input) waiting() bool {
	in.mu.Lock()
	defer in.mu.Unlock()
	isKey := func(k key) bool { return k.name != keyPasted }
	return in.decoder.pasting || slices.ContainsFunc(in.keys, isKey)
}

// putBack undoes next.
func (in *input) putBack(k key) {
	in.mu.Lock()
	defer in.mu.Unlock()
	in.keys = append([]key{k}, in.keys...)
	poke(in.wake)
}

// setReading notes whether a line is being read.
func (in *input) setReading(reading bool) {
	in.mu.Lock()
	defer in.mu.Unlock()
	in.reading = reading
}

func (in *input) notifyInterrupt(f func()) {
	in.mu.Lock()
	defer in.mu.Unlock()
	in.interrupt = f
}

// end notes that no more keys will come. Those that are there can still be used.
func (in *input) end(err error) {
	in.mu.Lock()
	defer in.mu.Unlock()
	if in.err == nil {
		in.err = err
	}
	in.timer.Stop()
	poke(in.wake)
}

// ended returns why no more keys will come, once all keys are used.
func (in *input) ended() error {
	in.mu.Lock()
	defer in.mu.Unlock()
	if len(in.keys) > 0 {
		return nil
	}
	return in.err
}

// discard forgets all keys.
func (in *input) discard() {
	in.mu.Lock()
	defer in.mu.Unlock()
	in.keys = nil
}
