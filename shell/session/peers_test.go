package session

import (
	"strings"
	"testing"
)

func TestParseSelector(t *testing.T) {
	for _, tt := range []struct {
		text    string
		several bool
		matches string // of those below
		wrong   string // the beginning of the error; "": there is none
	}{
		{text: "@2", matches: "2"},
		{text: "1,@3", several: true, matches: "1 3"},
		{text: "all", several: true, matches: "1 2 3"},
		{text: "web", matches: "3"},
		{text: "10.0.0.*", several: true, matches: "1 2"},
		{text: "", wrong: "a peer is missing"},
		{text: "1,,2", wrong: "a peer is missing"},
		{text: "web[", wrong: "web["},
	} {
		sel, err := ParseSelector(tt.text)
		if tt.wrong != "" {
			if err == nil || !strings.HasPrefix(err.Error(), tt.wrong) {
				t.Errorf("%q: %v, want %s", tt.text, err, tt.wrong)
			}
			continue
		}
		if err != nil {
			t.Errorf("%q: %v", tt.text, err)
			continue
		}
		var matches []string
		for n, p := range []struct{ number, name, address string }{
			{"1", "", "10.0.0.1:5"}, {"2", "", "10.0.0.2:5"}, {"3", "web", "[::1]:5"},
		} {
			if sel.Matches(n+1, p.name, p.address) {
				matches = append(matches, p.number)
			}
		}
		if got := strings.Join(matches, " "); got != tt.matches || sel.Several() != tt.several {
			t.Errorf("%q means %s, several: %v", tt.text, got, sel.Several())
		}
	}
}

// Who is meant, and what is said where nobody is.
func TestFind(t *testing.T) {
	s := New(Options{})
	defer s.Close()
	web, _ := addPeer(t, s, true, "10.0.0.1:5")
	old, _ := addPeer(t, s, false, "localhost:6000")
	_, _ = addPeer(t, s, true, "10.0.0.3:5")
	for p, name := range map[*Peer]string{web: "web", old: "old"} {
		if err := s.peers.Rename(p, name); err != nil {
			t.Fatal(err)
		}
	}
	leave(old)
	for _, tt := range []struct{ text, want string }{
		{"1", "@web"},
		{"@web", "@web"},
		{"10.0.0.3*", "@3"},
		{"2", "peer @2 has gone (.peers lists who is there)"},
		{"old", "peer @old has gone (.reconnect old dials it again)"},
		{"7", "there is no peer @7 (.peers lists them)"},
		{"192.*", "no peer's name or address matches 192.* (.peers lists them)"},
		{"cat", "no peer is called cat: write its number, as in @1, or name it by .name N cat (.peers lists them)"},
		{"all", "@all means 2 peers, and one is wanted here: @web, for example"},
		{"", "a peer is missing: write 2, 1,3, all, a name or a glob"},
	} {
		p, err := s.peers.Find(tt.text)
		got := ""
		if err != nil {
			got = err.Error()
		} else {
			got = p.At()
		}
		if got != tt.want {
			t.Errorf("%q: got %s, want %s", tt.text, got, tt.want)
		}
	}
	for _, text := range []string{"2", "@old"} {
		if p, err := s.peers.FindGone(text); p != old {
			t.Errorf("FindGone(%q): %v, %v", text, p, err)
		}
	}
	both, err := ParseSelector("3,1,10.*")
	if err != nil {
		t.Fatal(err)
	}
	if found, err := s.peers.Choose(both); err != nil || len(found) != 2 || found[0] != web {
		t.Errorf("%d peers, not each once in order of number: %v", len(found), err)
	}
}

func TestRename(t *testing.T) {
	s := New(Options{})
	defer s.Close()
	a, _ := addPeer(t, s, false, "localhost:6000")
	b, _ := addPeer(t, s, true, "10.0.0.1:5")
	if err := s.peers.Rename(a, "web"); err != nil || a.Title() != "@web localhost:6000" {
		t.Errorf("%s: %v", a.Title(), err)
	}
	leave(a)
	const taken = "peer 1 has this name already (.name 1 takes it off)"
	if err := s.peers.Rename(b, "web"); err == nil || err.Error() != taken {
		t.Errorf("the name of one that has gone: %v", err)
	}
	if err := s.peers.Rename(a, ""); err != nil || a.Title() != "localhost:6000" {
		t.Errorf("%s: %v", a.Title(), err)
	}
	if err := s.peers.Rename(b, "web"); err != nil || b.At() != "@web" {
		t.Errorf("%s: %v", b.At(), err)
	}
}

func TestCheckName(t *testing.T) {
	for text, want := range map[string]string{
		"web":    "",
		"zürich": "",
		"a-1.b":  "",
		"12":     "a name has something beside digits, which are a peer's number",
		"all":    "@all means every peer already",
		"a b":    `a name is letters, digits, -, _ and .; ' ' is none of them`,
		"a*":     `a name is letters, digits, -, _ and .; '*' is none of them`,
	} {
		got := ""
		if err := CheckName(text); err != nil {
			got = err.Error()
		}
		if got != want {
			t.Errorf("%q: got %q, want %q", text, got, want)
		}
	}
}

// Why no peer can be used, and what helps.
func TestNotConnected(t *testing.T) {
	s := New(Options{})
	defer s.Close()
	if _, err := s.Addressed(t.Context(), nil); err == nil ||
		!strings.Contains(err.Error(), ".connect HOST:PORT dials a peer") {
		t.Errorf("nobody was there: %v", err)
	}
	dialled, _ := addPeer(t, s, false, "localhost:6000")
	if _, err := s.Addressed(t.Context(), nil); err != nil {
		t.Error(err)
	}
	leave(dialled)
	accepted, _ := addPeer(t, s, true, "10.0.0.1:5")
	leave(accepted)
	for p, want := range map[*Peer]string{
		dialled:  "not connected: localhost:6000 closed here; .reconnect dials it again",
		accepted: "not connected: @2 10.0.0.1:5 closed here; it has to connect again",
	} {
		if err := s.Usable(p); err == nil || err.Error() != want {
			t.Errorf("got %v, want %s", err, want)
		}
	}
	_, _ = addPeer(t, s, true, "10.0.0.1:6")
	const want = "not connected: @2 10.0.0.1:5 closed here; .use 3 takes another"
	if err := s.Usable(accepted); err == nil || err.Error() != want {
		t.Errorf("got %v, want %s", err, want)
	}
}

// Where nobody is, a name is not the mistake.
func TestNobodyIsNamed(t *testing.T) {
	s := New(Options{})
	defer s.Close()
	if _, err := s.peers.Find("server"); err == nil || err.Error() != "nobody is connected" {
		t.Error(err)
	}
}

// What comes while a session is being closed is done, though Close no longer waits for it.
func TestGoAfterClose(t *testing.T) {
	s := New(Options{})
	s.Close()
	ran := false
	s.Go(func() { ran = true })
	if !ran {
		t.Error("it is not run")
	}
}
