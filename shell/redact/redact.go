// Package redact replaces the secrets in messages and texts by masks: ***1, the same secret having the same number, so
// that what is equal can still be seen. All other bytes stay what they are.
//
// What is a secret is told by its name, such as password or X-Auth-Token, or by a JSON pointer into the message. A
// string that was masked once is masked wherever it comes again as a whole string, whatever its name is.
package redact

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/maphash"
	"slices"
	"strconv"
	"strings"
	"sync"
)

const (
	mask       = "***"
	off        = "off"
	maxSecrets = 100_000 // that have numbers; further ones are masks without one
	maxPaths   = 64      // JSON pointers
	minKnown   = 8       // the bytes of the shortest secret that is masked wherever it comes: shorter ones are words
	maxWhole   = 64      // the bytes of the longest secret that is kept as it is
)

// Rules say which values are secrets. The zero Rules are those of a person who says nothing.
type Rules struct {
	off   bool
	names []string // as plain makes them, beside those by default
	paths [][]string
	given []string
}

// ParseRules reads what --redact is given: names, and JSON pointers, which begin with a slash; off: nothing is masked.
func ParseRules(words []string) (Rules, error) {
	r := Rules{given: words}
	for _, word := range words {
		switch {
		case word == "" || word == "/":
			return Rules{}, errors.New("write the NAME of a member, a JSON pointer such as /params/token, or off")
		case word == off && len(words) > 1:
			return Rules{}, errors.New("off stands alone: nothing is masked")
		case word == off:
			return Rules{off: true}, nil
		case word[0] == '/':
			segments := strings.Split(word[1:], "/")
			for i, s := range segments { // RFC 6901 section 4
				segments[i] = strings.ReplaceAll(strings.ReplaceAll(s, "~1", "/"), "~0", "~")
			}
			r.paths = append(r.paths, segments)
		case strings.ContainsAny(word, "/ ."):
			return Rules{}, fmt.Errorf("%s is no name; a JSON pointer begins with a slash: /params/token", word)
		default:
			r.names = append(r.names, plain(word))
		}
	}
	if len(r.paths) > maxPaths {
		return Rules{}, fmt.Errorf("there are %d JSON pointers, and at most %d are taken", len(r.paths), maxPaths)
	}
	return r, nil
}

// List returns what is masked, for the header of a recording; empty: nothing is.
func (r Rules) List() []string {
	if r.off {
		return []string{}
	}
	return append(slices.Clone(defaultNames), r.given...)
}

// HasPaths reports whether a value may be a secret that only its place tells.
func (r Rules) HasPaths() bool { return len(r.paths) > 0 }

// A Masker masks secrets, and counts them. Its methods may be called by any number of goroutines.
type Masker struct {
	rules Rules

	mu       sync.Mutex     // protects what follows
	numbers  map[string]int // of secrets, by their keys
	seed     maphash.Seed   // of keys
	last     int            // the highest number that was given or seen
	added    []string       // keys of secrets that the message at hand was the first to have
	argv     *[]string      // the secrets of the command line at hand; nil: none is
	meanings [1024]meaning  // of names, by their hashes
	around   []container    // of the message at hand
	found    []edit         // in it
}

// New returns a Masker that has seen no secret yet.
func New(rules Rules) *Masker {
	return &Masker{rules: rules, numbers: make(map[string]int), seed: maphash.MakeSeed()}
}

// Message returns a message with its secrets masked, and how many were. It is the message itself where none was.
func (m *Masker) Message(message []byte) (masked []byte, n int) {
	if m.rules.off {
		return message, 0
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	w := walk{
		m: m, text: message, around: m.around[:0], found: m.found[:0], urls: bytes.IndexByte(message, '@') >= 0,
	}
	m.added = m.added[:0]
	isJSON := w.run(place{paths: 1<<len(m.rules.paths) - 1})
	m.around, m.found = w.around[:0], w.found[:0]
	if !isJSON {
		return m.looseLocked(message)
	}
	if len(w.found) == 0 {
		return message, 0
	}
	return w.masked(), len(w.found)
}

// Text returns a text that is no message, such as a line of a log, a URL or a header, with its secrets masked.
func (m *Masker) Text(text string) string {
	if m.rules.off {
		return text
	}
	masked, _ := m.Message([]byte(text))
	return string(masked)
}

// Argv returns a command line with its secrets masked. secretFlags are the flags whose values are secrets.
func (m *Masker) Argv(args []string, secretFlags ...string) []string {
	var found []string
	m.mu.Lock()
	m.argv = &found
	m.mu.Unlock()
	all := slices.Clone(args)
	for i, arg := range args {
		flag, value, joined := strings.Cut(arg, "=")
		switch {
		case m.rules.off:
		case isElsewhere(arg, i > 0 && slices.Contains(secretFlags, args[i-1])):
		case joined && slices.Contains(secretFlags, flag):
			all[i] = flag + "=" + m.mask(value)
		case i > 0 && slices.Contains(secretFlags, args[i-1]),
			i > 0 && m.isSecretFlag(args[i-1]) && !strings.HasPrefix(arg, "-"):
			all[i] = m.mask(arg)
		default:
			all[i] = m.Text(arg)
		}
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.argv = nil
	for i, arg := range all {
		for _, secret := range found { // which one word calls by its name, and another one does not
			if len(secret) >= minKnown {
				arg = strings.ReplaceAll(arg, secret, m.maskLocked(secret))
			}
		}
		all[i] = arg
	}
	return all
}

// isSecretFlag reports whether a word is a flag, of whatever program, whose name is a secret's.
func (m *Masker) isSecretFlag(word string) bool {
	name, is := strings.CutPrefix(word, "--")
	if !is {
		return false
	}
	c := m.rules.class(name)
	return c == secret || c == progress
}

func (m *Masker) mask(secret string) string {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.maskLocked(secret)
}

// maskLocked returns what stands for a secret.
func (m *Masker) maskLocked(secret string) string {
	if m.argv != nil {
		*m.argv = append(*m.argv, secret)
	}
	var room [maxKey]byte
	key := m.key(&room, []byte(secret))
	number, known := m.numbers[string(key)]
	if !known {
		if len(m.numbers) >= maxSecrets {
			return mask
		}
		m.last++
		number = m.last
		m.numbers[string(key)] = number
		m.added = append(m.added, string(key))
	}
	return mask + strconv.Itoa(number)
}

// maxKey is how many bytes a key has at most: more than a secret that is kept as it is.
const maxKey = maxWhole + 8

// key returns what a secret is known by, in room or in itself: its beginning, its length and a hash where it is long.
func (m *Masker) key(room *[maxKey]byte, secret []byte) []byte {
	if len(secret) <= maxWhole {
		return secret
	}
	key := append(room[:0], secret[:maxKey-16]...)
	key = binary.LittleEndian.AppendUint64(key, uint64(len(secret)))
	return binary.LittleEndian.AppendUint64(key, maphash.Bytes(m.seed, secret))
}

// isKnownLocked reports whether a string is a secret that was masked once, alone or behind an authentication scheme.
func (m *Masker) isKnownLocked(text []byte) bool {
	var room [maxKey]byte
	if _, is := m.numbers[string(m.key(&room, text))]; is {
		return true
	}
	scheme := schemeOf(text)
	if scheme == 0 || len(text)-scheme < minKnown {
		return false
	}
	_, is := m.numbers[string(m.key(&room, text[scheme:]))]
	return is
}

// Seen takes in the masks that a text has, wherever they are: their numbers are given to no other secret.
func (m *Masker) Seen(text []byte) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for {
		_, rest, found := bytes.Cut(text, []byte(mask))
		if !found {
			return
		}
		digits := len(rest) - len(bytes.TrimLeft(rest, "0123456789"))
		m.isMaskLocked(mask + string(rest[:digits]))
		text = rest
	}
}

// isMaskLocked reports whether a value is a mask, whose number is not given to another secret then.
func (m *Masker) isMaskLocked(text string) bool {
	digits, is := strings.CutPrefix(text, mask)
	if !is || strings.Trim(digits, "0123456789") != "" {
		return false
	}
	if n, err := strconv.Atoi(digits); err == nil && n > m.last && n < maxSecrets {
		m.last = n
	}
	return true
}
