package term

import "cmp"

// Colors are the SGR sequences that begin what is drawn in colour; "": it is drawn without.
type Colors struct {
	Prompt, Warning              string // a prompt, and one that begins with Warning
	Dim                          string // what matters less: hints, descriptions
	Key, String, Number, Keyword string // the parts of JSON text that is being typed
	// Prompts are the colours that SetPromptColor names.
	Prompts map[string]string
}

// prompt returns the sequence of a prompt that is no warning, and has a colour of its own if own names one.
func (c Colors) prompt(own string) string {
	if c.Prompt == "" {
		return ""
	}
	return cmp.Or(c.Prompts[own], c.Prompt)
}

// dim returns the sequence of what matters less.
func (c Colors) dim() string { return cmp.Or(c.Dim, sgrDim) }

// A TokenKind says what a part of the line is.
type TokenKind uint8

// The kinds of tokens.
const (
	TokenKey     TokenKind = iota // in JSON text, the name of a member
	TokenString                   // a string
	TokenNumber                   // a number
	TokenKeyword                  // true, false, null
	tokenPartner                  // the partner of the bracket at the cursor
)

// A Token is a part of the line, from one byte to another.
type Token struct {
	Kind     TokenKind
	From, To int
}

// token returns the sequence of a token, "" for none.
func (c Colors) token(kind TokenKind) string {
	switch kind {
	case TokenKey:
		return c.Key
	case TokenString:
		return c.String
	case TokenNumber:
		return c.Number
	case TokenKeyword:
		return c.Keyword
	}
	return sgrPartner
}

// SetColors changes the colours of what is drawn from now on. At first there are none.
func (t *Terminal) SetColors(c Colors) { t.screen.setColors(c) }

func (s *screen) setColors(c Colors) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.colors = c
	s.redraw(nil)
}
