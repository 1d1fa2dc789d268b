package export

import (
	"bufio"
	"crypto/sha256"
	_ "embed" // of the page's parts
	"encoding/base64"
	"io"
	"strconv"
	"strings"

	"rpcsh/rpcconn/jsontext"
	"rpcsh/rpcconn/rpcrec"
	"rpcsh/shell/human"
	"rpcsh/shell/view"
)

// The parts of the page.
var (
	//go:embed page.html
	pageBody string
	//go:embed page.css
	pageStyle string
	//go:embed page.js
	pageScript string
)

// A page writes one HTML page that needs nothing else: what has happened is data in it, JSON in an element of its own,
// which the page's script draws. The page's policy lets that script run, and no other, and load nothing.
type page struct {
	out   *bufio.Writer
	safe  *strings.Replacer // of what ends or begins elements
	items int
	conns int
}

// A pageConn is what the page has of a connection.
type pageConn struct {
	number   int
	us, peer string // what its sides were called when that was written
}

func newPage(out *bufio.Writer) Writer {
	io.WriteString(out, "<!doctype html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n"+
		`<meta http-equiv="Content-Security-Policy" content="default-src 'none'; script-src `+hashOf(pageScript)+
		`; style-src `+hashOf(pageStyle)+"\">\n"+
		"<meta name=\"viewport\" content=\"width=device-width\">\n<title>rpcsh recording</title>\n"+
		"<style>"+pageStyle+"</style>\n"+pageBody+`<script type="application/json" id="data">[`)
	return &page{out: out, safe: strings.NewReplacer("<", `\u003c`)}
}

// hashOf returns the source expression of a policy that lets an element of this text in (CSP 3 section 2.3.1).
func hashOf(text string) string {
	sum := sha256.Sum256([]byte(text))
	return "'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'"
}

func (p *page) Begin(h *rpcrec.Header) {
	label := []string{"recorded"}
	if !h.Start.IsZero() {
		label = append(label, h.Start.Local().Format("2006-01-02 15:04:05"))
	}
	if h.By != "" {
		label = append(label, "by "+h.By)
	}
	if len(h.Argv) > 0 {
		label = append(label, "· "+strings.Join(h.Argv, " "))
	}
	p.item("kind", jsontext.Quote("part"), "label", quoteVisible(strings.Join(label, " ")))
}

// Event implements Writer.
func (p *page) Event(e *Event) {
	members := []string{
		"of", strconv.Itoa(p.conn(e.Conn)), "kind", jsontext.Quote(string(e.Kind)), "label", jsontext.Quote(e.label()),
		"time", jsontext.Quote(e.Time.Format("15:04:05.000")),
		"date", jsontext.Quote(e.Time.Format("2006-01-02 15:04:05.000000")),
	}
	if e.Kind.IsMessage() {
		members = append(members, "out", strconv.FormatBool(e.Out))
	}
	if !e.ID.IsNone() {
		members = append(members, "id", jsontext.Quote(e.ID.Plain().String()))
	}
	if e.Method != "" {
		members = append(members, "method", quoteVisible(e.Method))
	}
	if e.Took > 0 {
		members = append(members, "took", jsontext.Quote(human.Took(e.Took)))
	}
	if e.Event.Text != "" {
		members = append(members, "text", quoteVisible(e.Event.Text))
	}
	if e.Text != nil {
		members = append(members, "message", quoteVisible(string(e.Text)))
	}
	p.item(members...)
}

// conn returns the number of a connection, and writes what is known of it if that is new.
func (p *page) conn(c *Conn) int {
	peer := ""
	if c.Number > 0 {
		peer = c.peer()
	}
	known, met := c.form.(*pageConn)
	if !met {
		p.conns++
		known = &pageConn{number: p.conns}
		c.form = known
	}
	if met && known.us == c.us() && known.peer == peer {
		return known.number
	}
	known.us, known.peer = c.us(), peer
	p.item("conn", strconv.Itoa(known.number), "us", jsontext.Quote(known.us), "peer", quoteVisible(peer),
		"tapped", strconv.FormatBool(c.Tapped))
	return known.number
}

func quoteVisible(text string) string { return jsontext.Quote(view.Visible(text)) }

// item writes an object of names and JSON texts. No < is in it, so that it cannot end the element it stands in, nor
// begin a comment there.
func (p *page) item(members ...string) {
	before := "\n{"
	if p.items++; p.items > 1 {
		before = ",\n{"
	}
	for i := 0; i < len(members); i += 2 {
		p.out.WriteString(before)
		p.out.WriteString(`"` + members[i] + `":`)
		_, _ = p.safe.WriteString(p.out, members[i+1]) // what could not be written out tells
		before = ","
	}
	p.out.WriteString("}")
}

// End implements Writer.
func (p *page) End() error {
	io.WriteString(p.out, "\n]</script>\n<script>"+pageScript+"</script>\n</html>\n")
	return nil
}
