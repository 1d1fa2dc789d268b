package export

import (
	"bufio"
	"bytes"
	"cmp"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"time"
	"unicode/utf8"

	"rpcsh/rpcconn/rpcrec"
	"rpcsh/shell/event"
	"rpcsh/shell/human"
)

// A har writes an HTTP archive (HAR 1.2): an entry for each connection, with its messages as Chrome writes those of
// WebSockets. What carries them need not be a WebSocket; the URL tells.
type har struct {
	out     *bufio.Writer
	creator harCreator
	conns   []*harConn
	size    int // of the messages
	left    int // messages that are beyond maxArchive
}

// maxArchive is how many bytes of messages an archive has: it is one object, which is in memory until it is written.
const maxArchive = 64 << 20

// A harConn is the connection of an entry.
type harConn struct {
	conn        *Conn
	first, last time.Time
	messages    []harMessage
}

type (
	harCreator struct {
		Name    string `json:"name"`
		Version string `json:"version"` // which is a part of the name
	}
	harMessage struct {
		Type   string      `json:"type"`
		Time   json.Number `json:"time"` // seconds since 1970
		Opcode int         `json:"opcode"`
		Data   string      `json:"data"`
	}
	harPair struct {
		Name  string `json:"name"`
		Value string `json:"value"`
	}
	harRequest struct {
		Method      string    `json:"method"`
		URL         string    `json:"url"`
		HTTPVersion string    `json:"httpVersion"`
		Cookies     []harPair `json:"cookies"`
		Headers     []harPair `json:"headers"`
		Query       []harPair `json:"queryString"`
		HeadersSize int       `json:"headersSize"` // -1: not known
		BodySize    int       `json:"bodySize"`
	}
	harContent struct {
		Size int    `json:"size"`
		MIME string `json:"mimeType"`
	}
	harResponse struct {
		Status      int        `json:"status"` // 0: there was none, or it is not known
		StatusText  string     `json:"statusText"`
		HTTPVersion string     `json:"httpVersion"`
		Cookies     []harPair  `json:"cookies"`
		Headers     []harPair  `json:"headers"`
		Content     harContent `json:"content"`
		Redirect    string     `json:"redirectURL"`
		HeadersSize int        `json:"headersSize"`
		BodySize    int        `json:"bodySize"`
	}
	harTimings struct {
		Send    int `json:"send"`
		Wait    int `json:"wait"`
		Receive int `json:"receive"`
	}
	harEntry struct {
		Resource string       `json:"_resourceType"`
		Messages []harMessage `json:"_webSocketMessages"`
		Started  string       `json:"startedDateTime"`
		Time     float64      `json:"time"` // milliseconds
		Request  harRequest   `json:"request"`
		Response harResponse  `json:"response"`
		Cache    struct{}     `json:"cache"`
		Timings  harTimings   `json:"timings"`
		Comment  string       `json:"comment,omitempty"`
	}
)

func newHAR(out *bufio.Writer) Writer { return &har{out: out} }

func (h *har) Begin(head *rpcrec.Header) {
	if h.creator.Name == "" { // the first part tells
		h.creator.Name = cmp.Or(head.By, "rpcsh")
	}
}

// How many bytes a message and an entry take beside what they say, about.
const (
	harMessageSize = 100
	harEntrySize   = 1000
)

// Event implements Writer.
func (h *har) Event(e *Event) {
	if e.Data == nil && e.Kind != event.Connect && e.Kind != event.Close {
		return
	}
	if e.Data != nil && e.Again {
		return
	}
	c, met := e.Conn.form.(*harConn)
	size := len(e.Data) + harMessageSize
	if !met {
		size += harEntrySize
	}
	if h.size+size > maxArchive {
		if e.Data != nil {
			h.left++
		}
		return
	}
	h.size += size
	if !met {
		c = &harConn{conn: e.Conn, first: e.Time}
		e.Conn.form = c
		h.conns = append(h.conns, c)
	}
	c.last = e.Time
	if e.Data == nil {
		return
	}
	const text, binary = 1, 2 // RFC 6455 section 5.2
	at := fmt.Sprintf("%d.%06d", e.Time.Unix(), e.Time.Nanosecond()/1000)
	m := harMessage{Type: "receive", Time: json.Number(at), Opcode: text, Data: string(e.Data)}
	if e.Out {
		m.Type = "send"
	}
	if !utf8.Valid(e.Data) || bytes.IndexByte(e.Data, 0) >= 0 {
		m.Opcode, m.Data = binary, base64.StdEncoding.EncodeToString(e.Data)
	}
	c.messages = append(c.messages, m)
}

// End implements Writer.
func (h *har) End() error {
	entries := make([]harEntry, 0, len(h.conns))
	for _, c := range h.conns {
		entries = append(entries, c.entry())
	}
	e := json.NewEncoder(h.out)
	e.SetIndent("", "  ")
	_ = e.Encode(map[string]any{"log": map[string]any{ // what could not be written out tells
		"version": "1.2", "creator": h.creator, "entries": entries,
	}})
	if h.left > 0 {
		return fmt.Errorf("an HTTP archive has at most %s of messages, and %s more are not in it: "+
			"choose fewer by FILTER", human.Size(maxArchive), human.Grouped(h.left))
	}
	return nil
}

// entry returns a connection as an entry.
func (c *harConn) entry() harEntry {
	where, isWebSocket := c.url()
	e := harEntry{
		Resource: "websocket", Messages: c.messages, Comment: c.conn.peer(),
		Started: c.first.Format("2006-01-02T15:04:05.000000Z07:00"),
		Time:    float64(max(0, c.last.Sub(c.first).Microseconds())) / 1000,
		Request: harRequest{
			Method: "GET", URL: where.String(), HTTPVersion: "HTTP/1.1", Cookies: []harPair{}, Headers: []harPair{},
			Query: []harPair{}, HeadersSize: -1, BodySize: -1,
		},
		Response: harResponse{
			HTTPVersion: "HTTP/1.1", Cookies: []harPair{}, Headers: []harPair{}, Content: harContent{MIME: "x-unknown"},
			HeadersSize: -1, BodySize: -1,
		},
	}
	if e.Messages == nil {
		e.Messages = []harMessage{}
	}
	if isWebSocket {
		e.Response.Status, e.Response.StatusText = 101, "Switching Protocols"
	}
	query := where.Query()
	for _, name := range slices.Sorted(maps.Keys(query)) {
		for _, value := range query[name] {
			e.Request.Query = append(e.Request.Query, harPair{name, value})
		}
	}
	return e
}

// url returns where the peer is, and whether it is a WebSocket.
func (c *harConn) url() (where *url.URL, isWebSocket bool) {
	where, err := url.Parse(c.conn.Target)
	if err != nil || where.Host == "" && where.Path == "" {
		where = &url.URL{Scheme: "rpcsh", Opaque: url.PathEscape(c.conn.peer())}
	}
	return where, where.Scheme == "ws" || where.Scheme == "wss"
}
