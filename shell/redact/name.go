package redact

import (
	"hash/maphash"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
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
	found := &m.meanings[maphash.Bytes(m.seed, name)%uint64(len(m.meanings))]
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
	if len(r.names) > 0 && slices.Contains(r.names, plain(name)) {
		return secret
	}
	before, last := lastWords(name)
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
	return strings.ToLower(strings.ReplaceAll(strings.ReplaceAll(name, "-", ""), "_", ""))
}

// lastWords returns the last two words of a name in lower case, "" for those that it has not: those of accessToken,
// access_token and Access-Token are the same.
func lastWords(name string) (before, last string) {
	begun := false // a word goes on
	upper := false // its last letter is a capital
	for i, r := range name {
		if !unicode.IsLetter(r) && !unicode.IsDigit(r) {
			begun = false
			continue
		}
		if !begun || unicode.IsUpper(r) && !upper {
			before, last = last, name[i:i]
		}
		last = name[i-len(last) : i+utf8.RuneLen(r)]
		begun, upper = true, unicode.IsUpper(r)
	}
	return strings.ToLower(before), strings.ToLower(last)
}
