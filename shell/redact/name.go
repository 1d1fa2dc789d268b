package redact

import (
	"slices"
	"strings"
	"unicode"
)

// A class says what the value of a member is, by its name.
type class uint8

// What is in an array or object has the class of that, or its own where that is higher.
const (
	public   class = iota
	secrets        // a string of this name is a secret
	progress       // secret, unless the message is about progress, which goes by tokens
	secret         // so is a number
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

// A role says what a value does, by the name of its member.
type role uint8

const (
	ordinary  role = iota
	naming         // says what the value beside it is called: {"name":"Cookie","value":"a=b"}
	named          // is called so
	schemas        // has members whose names are those of values elsewhere, which they describe
	described      // is a member of such an object: an object in it is no value, but a schema
)

func roleOf(name []byte) role {
	switch string(name) {
	case "name", "key":
		return naming
	case "value":
		return named
	case "properties", "definitions", "$defs", "schemas":
		return schemas
	}
	return ordinary
}

// A meaning is what was looked up for a name.
type meaning struct {
	name  string
	class class
	role  role
}

// lookUpLocked returns what a name means. Messages have few names, which come again and again.
func (m *Masker) lookUpLocked(name []byte) (class, role) {
	if len(name) == 0 {
		return public, ordinary
	}
	found := &m.meanings[(len(name)*31+int(name[0])*7+int(name[len(name)-1]))%len(m.meanings)]
	if found.name != string(name) {
		*found = meaning{string(name), m.rules.class(string(name)), roleOf(name)}
	}
	return found.class, found.role
}

func (m *Masker) classLocked(name []byte) class {
	c, _ := m.lookUpLocked(name)
	return c
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
	case last == "tokens" && before == "semantic": // of LSP: words of a program
		return public
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
