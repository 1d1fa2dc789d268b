package lang

import (
	"strings"
	"time"
)

// A Wait is what .wait waits for.
type Wait struct {
	For   Text           // METHOD, or a filter
	Limit *time.Duration // nil: nothing was said
}

// commandWait is no call, but has a result as if it were one.
const commandWait = "wait"

// wait reads METHOD [D] or FILTER [D].
func (p *parser) wait(s *Statement) error {
	if s.Peer != "" {
		return errorAt(s.PeerColumn, "a peer is for calls; .wait peer:1 METHOD waits for what one sends")
	}
	w := new(Wait)
	for p.blank(); !p.callEnds(); p.blank() {
		start := p.pos
		if _, err := readPath(p); err != nil {
			return err
		}
		word := p.src[start:p.pos]
		if d, err := ParseDuration(word); w.For.Text != "" && (err == nil || isDigit(p.src[start])) {
			if err != nil {
				return errorAt(start, err.Error())
			}
			w.Limit = &d
			if p.blank(); !p.callEnds() {
				return p.errorf("the line ends behind the time; | JQ may follow")
			}
			break
		}
		if w.For.Text == "" {
			w.For.Column = start
		}
		w.For.Text = strings.TrimRight(p.src[w.For.Column:p.pos], blanks)
	}
	if w.For.Text == "" {
		return p.errorf("a method is missing, as in .wait job/done 5s")
	}
	if p.ampersand() {
		return p.errorf("& is for calls")
	}
	s.Wait = w
	return nil
}
