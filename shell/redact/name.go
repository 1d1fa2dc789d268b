package redact

import (
	"slices"
	"strings"
	"unicode"
)

// A class says what the value of a member is, by its name.
type class uint8

const (
	public   class = iota
	secret         // a string or a number of this name is a secret
	secrets        // so are strings, and those of an array
	progress       // secret, unless the message is about progress, which goes by tokens
)

// defaultNames are what the header of a recording calls the names that are secrets by default.
var defaultNames = []string{"password", "token", "secret", "authorization", "cookie", "credential", "apikey"}

// secretWords end the names of secrets, alone or with the word before: clientSecret, x-api-key.
func secretWord(word string) bool {
	switch word {
	case "password", "passwd", "pwd", "passphrase", "token", "secret", "authorization", "cookie", "credential",
		"apikey", "accesskey", "privatekey", "secretkey", "authkey", "sessionkey", "signingkey", "apitoken":
		return true
	}
	return false
}

// markWord reports whether a token is none that lets anybody in, by the word before it.
func markWord(word string) bool {
	switch word {
	case "progress", "done", "result", "page", "cancel", "cancellation", "continuation":
		return true
	}
	return false
}

// A named is a class that was looked up for a name.
type named struct {
	name  string
	class class
}

// classLocked returns the class of a name. Messages have few names, which come again and again.
func (m *Masker) classLocked(name []byte) class {
	if len(name) == 0 {
		return public
	}
	c := &m.classes[(len(name)*31+int(name[0])*7+int(name[len(name)-1]))%len(m.classes)]
	if c.name != string(name) {
		*c = named{string(name), m.rules.class(string(name))}
	}
	return c.class
}

func (r Rules) class(name string) class {
	if slices.Contains(r.names, plain(name)) {
		return secret
	}
	all := words(name)
	if len(all) == 0 {
		return public
	}
	last, before := all[len(all)-1], ""
	if len(all) > 1 {
		before = all[len(all)-2]
	}
	singular := strings.TrimSuffix(last, "s")
	switch {
	case last == "token" && markWord(before):
		return public
	case last == "token" && before == "":
		return progress
	case secretWord(last), secretWord(before + last):
		return secret
	case singular != last && (secretWord(singular) || secretWord(before+singular)):
		return secrets
	}
	return public
}

// plain returns a name as names are compared: without case, hyphens and underscores.
func plain(name string) string {
	return strings.ToLower(strings.NewReplacer("-", "", "_", "").Replace(name))
}

// words returns the words of a name in lower case: those of accessToken, access_token and Access-Token are the same.
func words(name string) (all []string) {
	begun := false // a word goes on
	upper := false // its last letter is a capital
	for _, r := range name {
		switch {
		case !unicode.IsLetter(r) && !unicode.IsDigit(r):
			begun = false
			continue
		case begun && (!unicode.IsUpper(r) || upper):
			all[len(all)-1] += string(unicode.ToLower(r))
		default:
			all = append(all, string(unicode.ToLower(r)))
		}
		begun, upper = true, unicode.IsUpper(r)
	}
	return all
}
