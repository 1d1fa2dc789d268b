package foreign

import (
	"bufio"
	"bytes"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"strings"
	"time"

	"rpcsh/rpcconn/rpcrec"
)

// HTTP archives (HAR 1.2): the bodies of POSTs and of their responses are messages, and so is what passes over a
// WebSocket (_webSocketMessages, as Chrome writes it).

func isArchive(head []byte) bool {
	line := bytes.TrimSpace(head)
	return bytes.HasPrefix(line, []byte("{")) && bytes.Contains(head[:min(len(head), 200)], []byte(`"log"`)) &&
		!bytes.HasPrefix(line, []byte(`{"rpcrec":`))
}

// An archive is what of an HTTP archive is read.
type archive struct {
	Log struct {
		Entries []archiveEntry `json:"entries"`
	} `json:"log"`
}

type archiveEntry struct {
	Started time.Time `json:"startedDateTime"`
	Took    float64   `json:"time"` // milliseconds
	Request struct {
		Method   string `json:"method"`
		URL      string `json:"url"`
		PostData *struct {
			Text string `json:"text"`
		} `json:"postData"`
	} `json:"request"`
	Response struct {
		Content struct {
			MIME     string `json:"mimeType"`
			Text     string `json:"text"`
			Encoding string `json:"encoding"`
		} `json:"content"`
	} `json:"response"`
	Messages []struct {
		Type   string  `json:"type"`
		Time   float64 `json:"time"` // seconds since 1970
		Opcode int     `json:"opcode"`
		Data   string  `json:"data"`
	} `json:"_webSocketMessages"`
}

type archiveSource struct {
	in    *bufio.Reader
	limit int64 // bytes
	read  bool
	start time.Time
	queue queue
}

func (s *archiveSource) started() time.Time { return s.start.UTC() }

func openArchive(in *bufio.Reader) source { return &archiveSource{in: in, limit: maxArchive} }

func (s *archiveSource) next() (*rpcrec.Record, error) {
	if !s.read {
		s.read = true
		if err := s.load(); err != nil {
			return nil, err
		}
	}
	if r := s.queue.take(); r != nil {
		return r, nil
	}
	return nil, io.EOF
}

func (s *archiveSource) load() error {
	text, err := io.ReadAll(io.LimitReader(s.in, s.limit+1))
	if err != nil {
		return err
	}
	if int64(len(text)) > s.limit {
		return fmt.Errorf("the archive has more than %d bytes", s.limit)
	}
	var a archive
	if err := json.Unmarshal(text, &a); err != nil {
		return fmt.Errorf("it is no HTTP archive: %w", err)
	}
	conns := make(map[string]int)
	next := 0
	for i := range a.Log.Entries {
		e := &a.Log.Entries[i]
		if s.start.IsZero() {
			s.start = e.Started
		}
		if len(e.Messages) > 0 {
			next++
			s.sockets(e, next)
			continue
		}
		if e.Request.Method != "POST" || e.Request.PostData == nil {
			continue
		}
		conn, known := conns[e.Request.URL]
		if !known {
			next++
			conn = next
			conns[e.Request.URL] = conn
			s.open(conn, e, "jsonrpc")
		}
		s.post(e, conn, s.since(e.Started))
	}
	return nil
}

// since returns the time of a record. One that no recording can have had is the beginning.
func (s *archiveSource) since(t time.Time) time.Duration {
	return within(t.Sub(s.start))
}

// open adds the beginning of a connection.
func (s *archiveSource) open(conn int, e *archiveEntry, protocol string) {
	r := opened(conn, e.Request.URL, protocol, "")
	r.At = s.since(e.Started)
	s.queue = append(s.queue, r)
}

// sockets adds the messages of a WebSocket.
func (s *archiveSource) sockets(e *archiveEntry, conn int) {
	for i, m := range e.Messages {
		r := &rpcrec.Record{Conn: conn, Dir: rpcrec.In, Data: []byte(m.Data)}
		if m.Type == "send" {
			r.Dir = rpcrec.Out
		}
		if opcode := 2; m.Opcode == opcode { // binary
			if data, err := base64.StdEncoding.DecodeString(m.Data); err == nil {
				r.Data = data
			}
		}
		if i == 0 {
			s.open(conn, e, spoken(r.Data))
		}
		at := time.UnixMicro(int64(math.Round(m.Time * 1e6)))
		r.At = s.since(at)
		s.queue = append(s.queue, r)
	}
}

// spoken returns what is spoken where a message comes first: archives do not say it.
func spoken(first []byte) string {
	switch {
	case len(first) > 4 && int64(binary.LittleEndian.Uint32(first)) == int64(len(first)):
		return "bsonrpc"
	case len(first) > 0 && first[0]>>4 == 9: // an array of MessagePack
		return "msgpackrpc"
	}
	return "jsonrpc"
}

// post adds what was posted, and what came back.
func (s *archiveSource) post(e *archiveEntry, conn int, at time.Duration) {
	s.queue = append(s.queue, &rpcrec.Record{
		Conn: conn, At: at, Dir: rpcrec.Out, Data: []byte(e.Request.PostData.Text),
	})
	text := e.Response.Content.Text
	if e.Response.Content.Encoding == "base64" {
		if data, err := base64.StdEncoding.DecodeString(text); err == nil {
			text = string(data)
		}
	}
	at += time.Duration(e.Took * float64(time.Millisecond))
	if !strings.HasPrefix(e.Response.Content.MIME, "text/event-stream") {
		if strings.TrimSpace(text) != "" {
			s.queue = append(s.queue, &rpcrec.Record{Conn: conn, At: at, Dir: rpcrec.In, Data: []byte(text)})
		}
		return
	}
	for _, event := range strings.Split(strings.ReplaceAll(text, "\r\n", "\n"), "\n\n") {
		var data []string
		for _, line := range strings.Split(event, "\n") {
			if value, ok := strings.CutPrefix(line, "data:"); ok {
				data = append(data, strings.TrimPrefix(value, " "))
			}
		}
		if len(data) > 0 {
			s.queue = append(s.queue, &rpcrec.Record{
				Conn: conn, At: at, Dir: rpcrec.In, Data: []byte(strings.Join(data, "\n")),
			})
		}
	}
}
