package shell

import (
	"fmt"
	"time"
)

// Drain ends the session in good order: nobody is let in any more, and the peers' requests that are being handled are answered, which is
// waited for as long as patience. Close comes after it.
func (s *Shell) Drain(patience time.Duration) {
	s.stopListening()
	const pause = 10 * time.Millisecond
	for end := time.Now().Add(patience); s.serving() > 0; time.Sleep(pause) {
		if time.Now().After(end) {
			s.problem(fmt.Sprintf("%s not answered after %s", plural(s.serving(), "request"), took(patience)))
			return
		}
	}
}

// serving returns how many requests of peers are being handled.
func (s *Shell) serving() (n int) {
	for _, p := range s.peers.list() {
		n += p.link.Load().Stats().Serving
	}
	return n
}
