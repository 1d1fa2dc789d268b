package command

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
	"rpcsh/shell/arguments"
	"rpcsh/shell/columns"
	"rpcsh/shell/glob"
	"rpcsh/shell/human"
	"rpcsh/shell/lang"
	"rpcsh/shell/session"
	"rpcsh/shell/view"
)

// sortFlag says by which column .peers is sorted.
const sortFlag = "--sort"

// A listedPeer is a row of .peers.
type listedPeer struct {
	*session.Peer
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
		{"peer", func(a, b *listedPeer) int { return a.Number() - b.Number() }},
		{"name", text(func(p *listedPeer) string { return p.Name() })},
		{"role", text(func(p *listedPeer) string { return p.Role() })},
		{"remote", text(func(p *listedPeer) string { return p.remote })},
		{"protocol", text(func(p *listedPeer) string { return p.wire })},
		{"age", number(func(p *listedPeer) int64 { return int64(p.age) })},
		{"in", number(func(p *listedPeer) int64 { return int64(p.stats.In) })},
		{"out", number(func(p *listedPeer) int64 { return int64(p.stats.Out) })},
		{"ours", number(func(p *listedPeer) int64 { return int64(p.stats.Calling) })},
		{"theirs", number(func(p *listedPeer) int64 { return int64(p.stats.Serving) })},
	}
}

func peerColumnNames() []string {
	var names []string
	for _, c := range peerColumns() {
		names = append(names, c.name)
	}
	return names
}

// peersFlags are the flags of .peers; column is set to the one that is named.
func peersFlags(column *peerColumn) arguments.Flags {
	readColumn := func(_ lang.Text, a *arguments.Args) error {
		name := a.Word()
		i := slices.IndexFunc(peerColumns(), func(c peerColumn) bool { return c.name == name.Text })
		if i < 0 {
			return arguments.Mistake(name, "a column belongs here: "+strings.Join(peerColumnNames(), ", "))
		}
		*column = peerColumns()[i]
		return nil
	}
	return arguments.Flags{Command: ".peers", All: []arguments.Flag{
		arguments.NewFlag(sortFlag, "COLUMN", "by a column", readColumn),
	}}
}

// listPeers runs .peers [PEER | WORD …] [--sort COLUMN].
func (c *connections) listPeers(ctx context.Context, args lang.Text) error {
	column := peerColumns()[0]
	words, err := peersFlags(&column).Among(arguments.Read(args))
	if err != nil {
		return err
	}
	for _, l := range c.session.Listeners() {
		c.view.Say("listening on %s · %s", l.Target, l)
	}
	var listed []*listedPeer
	for _, p := range c.session.Peers().List() {
		row := &listedPeer{
			Peer: p, stats: p.Stats(), age: time.Since(p.Since()),
			remote: view.Visible(p.Address()), wire: wireOf(p),
		}
		if !slices.ContainsFunc(words, func(w lang.Text) bool { return !row.fits(w.Text) }) {
			listed = append(listed, row)
		}
	}
	switch {
	case len(listed) == 0 && len(words) > 0:
		return errors.New("no peer fits (.peers alone lists all)")
	case len(listed) == 0:
		c.view.Remark("nobody is connected")
		return nil
	}
	slices.SortStableFunc(listed, column.compare)
	table := peerTable(listed, c.session.Peers().Current(), c.view.Interactive())
	return c.view.PageList(ctx, table.Listed)
}

// wireOf returns what is spoken with p, and over what where that is no stream: one address may have both WebSocket and
// HTTP.
func wireOf(p *session.Peer) string {
	if t := p.Target(); t.Scheme != "" && !t.IsStream() {
		return p.WireText() + ", " + t.Scheme
	}
	return p.WireText()
}

// fits reports whether word means p, or is found in what is told of it.
func (p *listedPeer) fits(word string) bool {
	if sel, err := session.ParseSelector(word); err == nil && sel.Matches(p.Number(), p.Name(), p.remote) {
		return true
	}
	isNumber := strings.Trim(word, "0123456789") == ""
	word = strings.ToLower(word)
	for _, text := range []string{p.Name(), p.Role(), p.remote, p.wire} {
		text = strings.ToLower(text)
		if !isNumber && strings.Contains(text, word) || glob.Is(word) && glob.Match(word, text) {
			return true
		}
	}
	return false
}

// peerTable returns the table of .peers; the current one is marked. Names have no column where no peer has one, and in
// a window neither have calls under way.
func peerTable(listed []*listedPeer, current *session.Peer, window bool) *columns.Table {
	named := slices.ContainsFunc(listed, func(p *listedPeer) bool { return p.Name() != "" })
	isBusy := func(p *listedPeer) bool { return p.stats.Calling+p.stats.Serving > 0 }
	busy := !window || slices.ContainsFunc(listed, isBusy)
	t := new(columns.Table)
	row := func(mark, number, name, ours, theirs string, others ...string) {
		cells := []string{mark, number}
		if named {
			cells = append(cells, name)
		}
		cells = append(cells, others...)
		if busy {
			cells = append(cells, ours, theirs)
		}
		t.Row(cells...)
	}
	row("", "PEER", "NAME", "OURS", "THEIRS", "ROLE", "REMOTE", "PROTOCOL", "AGE", "IN", "OUT")
	for _, p := range listed {
		mark := " "
		if p.Peer == current {
			mark = "*"
		}
		row(
			mark, "@"+strconv.Itoa(p.Number()), p.Name(), fmt.Sprint(p.stats.Calling), fmt.Sprint(p.stats.Serving),
			p.Role(), p.remote, p.wire, human.Age(p.age), human.Grouped(int(p.stats.In)),
			human.Grouped(int(p.stats.Out)),
		)
	}
	return t
}

// completePeers completes the words of .peers.
func (c *connections) completePeers(words []string) []completer.Candidate {
	if len(words) == 0 || words[len(words)-1] != sortFlag {
		return append(Peers(c.session), completer.Candidate{Text: sortFlag, Description: "by a column"})
	}
	var all []completer.Candidate
	for _, name := range peerColumnNames() {
		all = append(all, completer.Candidate{Text: name})
	}
	return all
}
