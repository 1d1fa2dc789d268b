package lsp

import (
	"context"
	"errors"
	"slices"
	"testing"
	"testing/synctest"
)

func TestDocuments(t *testing.T) {
	d := NewDocuments()
	turn, err := d.Take(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	turn.Put(Document{Path: "/a", Version: 1})
	turn.Put(Document{Path: "/b", Version: 1})
	turn.Put(Document{Path: "/a", Version: 2})
	if doc, ok := turn.Find("/a"); !ok || doc.Version != 2 {
		t.Errorf("got %+v, %v", doc, ok)
	}
	if got := d.Paths(); !slices.Equal(got, []string{"/a", "/b"}) {
		t.Errorf("open are %q", got)
	}
	turn.Remove("/a")
	if _, ok := turn.Find("/a"); ok || len(turn.Open()) != 1 {
		t.Error("/a is still open")
	}
	turn.End()
}

// TestForget takes no note of what the server before was told.
func TestForget(t *testing.T) {
	d := NewDocuments()
	turn, _ := d.Take(t.Context())
	turn.Put(Document{Path: "/a"})
	d.Forget()
	turn.Put(Document{Path: "/b"})
	turn.Remove("/a")
	turn.End()
	if got := d.Paths(); got != nil {
		t.Errorf("open are %q", got)
	}
	turn, _ = d.Take(t.Context())
	turn.Put(Document{Path: "/c"})
	turn.End()
	if got := d.Paths(); !slices.Equal(got, []string{"/c"}) {
		t.Errorf("open are %q", got)
	}
}

// TestTurns has one goroutine at a time tell the server, while others look at what is open, or give up.
func TestTurns(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := NewDocuments()
		first, _ := d.Take(t.Context())
		second := make(chan *Turn)
		go func() {
			turn, _ := d.Take(t.Context())
			second <- turn
		}()
		impatient, giveUp := context.WithCancel(t.Context())
		given := make(chan error)
		go func() {
			_, err := d.Take(impatient)
			given <- err
		}()
		synctest.Wait()
		giveUp()
		if err := <-given; !errors.Is(err, context.Canceled) {
			t.Errorf("who gave up got %v", err)
		}
		select {
		case <-second:
			t.Fatal("two have a turn")
		default:
		}
		first.Put(Document{Path: "/a"})
		if got := d.Paths(); !slices.Equal(got, []string{"/a"}) {
			t.Errorf("open are %q", got)
		}
		first.End()
		turn := <-second
		if _, ok := turn.Find("/a"); !ok {
			t.Error("the second does not see what the first has opened")
		}
		turn.End()
	})
}

func TestNotifications(t *testing.T) {
	doc := Document{Path: "/a b/c.go", Language: "go", Version: 2, Text: "x\n\"y\""}
	tests := []struct {
		of   func(Document) (string, []byte)
		want string
	}{
		{func(d Document) (string, []byte) {
			m, p := DidOpen(d)
			return m, p
		}, `textDocument/didOpen {"textDocument":{"uri":"file:///a%20b/c.go","languageId":"go","version":2,` +
			`"text":"x\n\"y\""}}`},
		{func(d Document) (string, []byte) {
			m, p := DidChange(d)
			return m, p
		}, `textDocument/didChange {"textDocument":{"uri":"file:///a%20b/c.go","version":2},` +
			`"contentChanges":[{"text":"x\n\"y\""}]}`},
		{func(d Document) (string, []byte) {
			m, p := DidClose(d)
			return m, p
		}, `textDocument/didClose {"textDocument":{"uri":"file:///a%20b/c.go"}}`},
	}
	for _, test := range tests {
		method, params := test.of(doc)
		if got := method + " " + string(params); got != test.want || !Syncs(method) {
			t.Errorf("got %s, want %s", got, test.want)
		}
	}
}
