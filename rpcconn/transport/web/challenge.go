package web

import (
	"net/http"
	"strconv"
	"strings"
)

// A Challenge is one way in which a server takes credentials, as WWW-Authenticate or Proxy-Authenticate names it
// (RFC 9110 section 11.3).
type Challenge struct {
	Scheme string            // as written: Basic, Digest, Bearer …
	Params map[string]string // their names in lower case; nil: there are none
}

// is reports whether c is of the scheme called name, which has no case.
func (c Challenge) is(name string) bool { return strings.EqualFold(c.Scheme, name) }

// shownParams are the parameters that tell a person something, in the order in which they are shown.
var shownParams = [...]string{"realm", "algorithm", "qop", "error", "error_description", "scope", "resource_metadata"}

// String returns what tells a person something: Digest realm="x" algorithm="MD5".
func (c Challenge) String() string {
	var s strings.Builder
	s.WriteString(clip(c.Scheme))
	for _, name := range shownParams {
		if value := c.Params[name]; value != "" {
			s.WriteString(" " + name + "=" + strconv.Quote(clip(value)))
		}
	}
	return s.String()
}

// Challenges reads the header fields called name, each of which may have several challenges. What cannot be read is
// passed over.
func Challenges(header http.Header, name string) []Challenge {
	var all []Challenge
	for _, field := range header.Values(name) {
		all = append(all, parseChallenges(field)...)
	}
	return all
}

// parseChallenges reads a list of challenges. A word with a = after it is a parameter of the challenge before it, any
// other word begins a challenge; a word of RFC 9110's token68 after a scheme tells a client nothing and is dropped.
func parseChallenges(text string) []Challenge {
	var all []Challenge
	for text != "" {
		text = strings.TrimLeft(text, " \t,")
		word, rest := cutToken(text)
		if word == "" {
			_, text, _ = strings.Cut(text, ",") // it is no challenge
			continue
		}
		after := strings.TrimLeft(rest, " \t")
		value, isParam := strings.CutPrefix(after, "=")
		switch {
		case isParam && len(all) > 0:
			last := &all[len(all)-1]
			if last.Params == nil {
				last.Params = make(map[string]string)
			}
			last.Params[strings.ToLower(word)], text = cutValue(strings.TrimLeft(value, " \t"))
		case after == rest && rest != "" && rest[0] != ',': // a character that no scheme has
			_, text, _ = strings.Cut(rest, ",")
		default:
			all = append(all, Challenge{Scheme: word})
			text = dropToken68(after)
		}
	}
	return all
}

// cutToken returns the token (RFC 9110 section 5.6.2) that text begins with, "" if there is none, and the rest.
func cutToken(text string) (token, rest string) {
	end := strings.IndexFunc(text, func(c rune) bool { return !isTokenChar(c) })
	if end < 0 {
		end = len(text)
	}
	return text[:end], text[end:]
}

func isTokenChar(c rune) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || strings.ContainsRune(
		"!#$%&'*+-.^_`|~", c)
}

// cutValue returns the value of a parameter, a token or a quoted string (RFC 9110 section 5.6.4), and the rest. A value
// that is not quoted as it should be goes to the next comma, as many servers write it.
func cutValue(text string) (value, rest string) {
	if text == "" || text[0] != '"' {
		value, rest, _ = strings.Cut(text, ",")
		return strings.TrimSpace(value), rest
	}
	var s strings.Builder
	for i := 1; i < len(text); i++ {
		switch {
		case text[i] == '"':
			return s.String(), text[i+1:]
		case text[i] == '\\' && i+1 < len(text):
			i++
		}
		s.WriteByte(text[i])
	}
	return s.String(), ""
}

// dropToken68 returns text, which follows a scheme, without the token68 (RFC 9110 section 11.2) that it may begin with.
func dropToken68(text string) string {
	word, rest, _ := strings.Cut(text, ",")
	if word = strings.TrimRight(strings.TrimSpace(word), "="); word == "" || strings.ContainsAny(word, " \t=\"") {
		return text
	}
	return rest
}

// quoted returns text as a quoted string.
func quoted(text string) string {
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(text) + `"`
}
