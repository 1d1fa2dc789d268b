package tap

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"

	"rpcsh/rpcconn/rpcrec"
)

// requested takes note of a request over HTTP: those of our own have the head of the last one that had a body, of
// whichever connection.
func (c *connection) requested(req *http.Request) {
	if req.Method != http.MethodPost {
		return
	}
	var head bytes.Buffer
	fmt.Fprintf(&head, "POST %s HTTP/1.1\r\nHost: %s\r\n", req.RequestURI, req.Host)
	h := req.Header.Clone()
	for _, name := range []string{"Upgrade", "Connection", "Expect", "Accept-Encoding", "Last-Event-Id"} {
		h.Del(name)
	}
	if h.Get("Content-Type") == "" {
		h.Set("Content-Type", "application/json")
	}
	_ = h.Write(&head) // into memory
	head.WriteString("\r\n")
	c.tap.mu.Lock()
	defer c.tap.mu.Unlock()
	c.tap.request = head.Bytes()
}

// speaksHTTP says that c is HTTP.
func (c *connection) speaksHTTP() {
	c.tap.mu.Lock()
	defer c.tap.mu.Unlock()
	c.isHTTP = true
}

// noHTTP says that HTTP has become something else.
func (c *connection) noHTTP() {
	c.tap.mu.Lock()
	defer c.tap.mu.Unlock()
	c.isHTTP = false
}

// owes says that a request was dropped, so that it can be answered in the place of the server.
func (c *connection) owes() {
	c.tap.mu.Lock()
	defer c.tap.mu.Unlock()
	c.owed++
}

// asRequest is how the requests of HTTP are framed.
func (c *connection) asRequest(data []byte, _ bool) ([]byte, error) {
	c.tap.mu.Lock()
	defer c.tap.mu.Unlock()
	if c.tap.request == nil {
		return nil, errors.New("nothing can be sent to the server yet: the client has sent no request")
	}
	return withBody(c.tap.request, data), nil
}

// overHTTP sends an injection to a server over HTTP, in a request of its own over a connection of its own, and reports
// whether that was done. To the client nothing can be sent but the answer to a request that was dropped.
func (c *connection) overHTTP(i Injection) (done bool, err error) {
	c.tap.mu.Lock()
	isHTTP := c.isHTTP
	owed := c.owed
	if isHTTP && i.Dir == rpcrec.BToA && owed > 0 {
		c.owed--
	}
	c.tap.mu.Unlock()
	switch {
	case !isHTTP:
		return false, nil
	case i.Dir == rpcrec.BToA && owed == 0:
		return false, errors.New("over HTTP, nothing can be sent to the client but the answer to a request of its own")
	case i.Dir == rpcrec.BToA:
		return false, nil
	case i.Raw:
		return false, errors.New("over HTTP, whole messages are sent only")
	}
	request, err := c.asRequest(i.Data, false)
	if err != nil {
		return false, err
	}
	stream, err := c.tap.opts.Dial(c.done)
	if err != nil {
		return false, err
	}
	if !c.begins() {
		_ = stream.Close()
		return false, fmt.Errorf("connection %d has ended", i.Conn)
	}
	c.tell(News{Record: &rpcrec.Record{Dir: i.Dir, Data: i.Data, Kind: rpcrec.Injected}, Tag: i.Tag})
	if _, err := stream.Write(request); err != nil {
		c.own.Done()
		_ = stream.Close()
		return false, err
	}
	go func() {
		defer c.own.Done()
		c.answered(stream, i.Tag)
	}()
	return true, nil
}

// begins says that c has to wait for a request of our own, unless it has ended.
func (c *connection) begins() bool {
	c.tap.mu.Lock()
	defer c.tap.mu.Unlock()
	stands := c.tap.connections[c.number] == c
	if stands {
		c.own.Add(1)
	}
	return stands
}

// answered takes what a server answers to a request of our own.
func (c *connection) answered(stream io.ReadWriteCloser, tag uint64) {
	stop := context.AfterFunc(c.done, func() { _ = stream.Close() })
	defer stop()
	defer stream.Close()
	resp, err := http.ReadResponse(bufio.NewReader(stream), nil)
	if err != nil {
		c.event(rpcrec.Note, "text", "the server has not answered a request of our own: "+err.Error())
		return
	}
	defer resp.Body.Close()
	tell := func(data []byte) {
		c.tell(News{Record: &rpcrec.Record{Dir: rpcrec.BToA, Data: data, Kind: rpcrec.Dropped}, Tag: tag})
	}
	if resp.StatusCode >= http.StatusBadRequest {
		c.event(rpcrec.Note, "text", "HTTP "+resp.Status)
	}
	if !strings.HasPrefix(resp.Header.Get("Content-Type"), "text/event-stream") {
		if text, err := io.ReadAll(io.LimitReader(resp.Body, maxBody)); err == nil && len(bytes.TrimSpace(text)) > 0 {
			tell(text)
		}
		return
	}
	events := eventParser{}
	for body := bufio.NewReader(resp.Body); ; {
		line, err := body.ReadBytes('\n')
		for _, data := range events.take(line) {
			tell(data)
		}
		if err != nil {
			return
		}
	}
}
