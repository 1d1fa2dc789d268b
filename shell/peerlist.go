package shell

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"rpcsh/completer"
	"rpcsh/rpcconn"
	"rpcsh/shell/glob"
	"rpcsh/shell/lang"
)

// sortFlag says by which column .peers is sorted.
const sortFlag = "--sort"

// A listedPeer is a row of .peers.
type listedPeer struct {
	*peer
	stats  rpcconn.Stats
	age    time.Duration
	remote string
	wire   string
}

// A peerColumn is one by which .peers can be sorted: the highest number first, text from a to z.
type peerColumn struct {
	name    string
	compare func(a, b *listedPeer) int
}

func peerColumns() []peerColumn {
	text := func(of func(p *listedPeer) string) func(a, b *listedPeer) int {
		return func(a, b *listedPeer) int { return strings.Compare(of(a), of(b)) }
	}
	number := func(of func(p *listedPeer) int64) func(a, b *listedPeer) int {
		return func(a, b *listedPeer) int { return cmp.Compare(of(b), of(a)) }
	}
	return []peerColumn{
		{"peer", func(a, b *listedPeer) int { return a.number - b.number }},
		{"name", text(func(p *listedPeer) string { return p.nickname() })},
		{"role", text(func(p *listedPeer) string { return p.role() })},
		{"remote", text(func(p *listedPeer) string { return p.remote })},
		{"protocol", text(func(p *listedPeer) string { return p.wire })},
		{"age", number(func(p *listedPeer) int64 { return int64(p.age) })},
		{"in", number(func(p *listedPeer) int64 { return int64(p.stats.In) })},
		{"out", number(func(p *listedPeer) int64 { return int64(p.stats.Out) })},
		{"ours", number(func(p *listedPeer) int64 { return int64(p.stats.Calling) })},
		{"theirs", number(func(p *listedPeer) int64 { return int64(p.stats.Serving) })},
	}
}

// listPeers runs .peers [PEER | WORD …] [--sort COLUMN].
func (s *Shell) listPeers(ctx context.Context, args lang.Text) error {
	column := peerColumns()[0]
	var words []string
	for args.Text != "" {
		var w lang.Text
		if w, args = word(args); w.Text != sortFlag {
			words = append(words, w.Text)
			continue
		}
		w, args = word(args)
		i := slices.IndexFunc(peerColumns(), func(c peerColumn) bool { return c.name == w.Text })
		if i < 0 {
			return &lang.Error{Column: w.Column, Reason: "a column belongs here: " + strings.Join(peerColumnNames(), ", ")}
		}
		column = peerColumns()[i]
	}
	s.mu.Lock()
	for _, l := range s.listeners {
		s.screen.print(s.stdout(), fmt.Sprintf("listening on %s · %s", l.Target, l))
	}
	s.mu.Unlock()
	var listed []*listedPeer
	for _, p := range s.peers.list() {
		link := p.link.Load()
		row := &listedPeer{peer: p, stats: link.Stats(), age: time.Since(p.since), remote: visible(link.Remote, false), wire: p.wire()}
		if !slices.ContainsFunc(words, func(w string) bool { return !row.fits(w) }) {
			listed = append(listed, row)
		}
	}
	switch {
	case len(listed) == 0 && len(words) > 0:
		return errors.New("no peer fits (.peers alone lists all)")
	case len(listed) == 0:
		s.remark("nobody is connected")
		return nil
	}
	slices.SortStableFunc(listed, column.compare)
	return s.page(ctx, s.peerTable(listed))
}

// fits reports whether word means p, or is found in what is told of it.
func (p *listedPeer) fits(word string) bool {
	if sel, err := parseSelector(word); err == nil && sel.matches(p.number, p.nickname(), p.remote) {
		return true
	}
	word = strings.ToLower(word)
	for _, text := range []string{p.nickname(), p.role(), p.remote, p.wire} {
		if text = strings.ToLower(text); !isNumber(word) && strings.Contains(text, word) || glob.Is(word) && glob.Match(word, text) {
			return true
		}
	}
	return false
}

func (s *Shell) peerTable(listed []*listedPeer) string {
	named := slices.ContainsFunc(listed, func(p *listedPeer) bool { return p.nickname() != "" })
	var t table
	row := func(mark, number, name string, others ...string) {
		cells := []string{mark, number}
		if named {
			cells = append(cells, name)
		}
		t.row(append(cells, others...)...)
	}
	row("", "PEER", "NAME", "ROLE", "REMOTE", "PROTOCOL", "AGE", "IN", "OUT", "OURS", "THEIRS")
	current := s.peers.selected()
	for _, p := range listed {
		mark := " "
		if p.peer == current {
			mark = "*"
		}
		row(mark, "@"+strconv.Itoa(p.number), p.nickname(), p.role(), p.remote, p.wire, age(p.age),
			grouped(int(p.stats.In)), grouped(int(p.stats.Out)), fmt.Sprint(p.stats.Calling), fmt.Sprint(p.stats.Serving))
	}
	return t.String()
}

func peerColumnNames() []string {
	var names []string
	for _, c := range peerColumns() {
		names = append(names, c.name)
	}
	return names
}

func completePeers(s *Shell, words []string) []completer.Candidate {
	if len(words) == 0 || words[len(words)-1] != sortFlag {
		return append(completePeer(s, words), completer.Candidate{Text: sortFlag, Description: "by a column"})
	}
	var all []completer.Candidate
	for _, name := range peerColumnNames() {
		all = append(all, completer.Candidate{Text: name})
	}
	return all
}
