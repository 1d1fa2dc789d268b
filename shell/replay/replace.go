package replay

import (
	"encoding/json"
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"rpcsh/rpcconn/jsontext"
	"rpcsh/rpcconn/lazyregexp"
	"rpcsh/rpcconn/schema"
)

// A Let names a place in the peer's messages whose value is another one now, such as /result/sessionId. What is sent
// later has the new value where it had the old one.
type Let struct {
	Name string // for people
	At   Pointer
}

// ParseLet reads NAME=/json/pointer.
func ParseLet(text string) (Let, error) {
	name, at, ok := strings.Cut(text, "=")
	if !ok || !schema.IsIdentifier(name) {
		return Let{}, fmt.Errorf("%s is not NAME=/json/pointer", text)
	}
	p, err := ParsePointer(at)
	return Let{name, p}, err
}

// mask matches what stands for a secret; docs/rpcrec.md, "Masked values".
var mask = lazyregexp.New(`\*\*\*(\d*)`)

// replacements know which values of a recording are others now.
type replacements struct {
	let     []Let
	values  map[string]string // scalars, as JSON text, by what they were
	secrets map[int]string    // what masks stand for, by their number
}

func newReplacements(secrets map[int]string, let []Let) *replacements {
	r := &replacements{let: let, values: make(map[string]string), secrets: make(map[int]string)}
	for n, secret := range secrets {
		r.secrets[n] = secret
	}
	return r
}

// knows reports whether something stands for a mask.
func (r *replacements) knows(number int) bool {
	_, ok := r.secrets[number]
	return ok
}

// note takes in the values that the peer has given others for.
func (r *replacements) note(then, now json.RawMessage) {
	for _, l := range r.let {
		a, b := l.At.at(then), l.At.at(now)
		if a == nil || b == nil || sameScalar(a, b) {
			continue
		}
		if n := onlyMask(a); n > 0 && jsontext.FirstByte(b) == '"' {
			r.secrets[n] = jsontext.Text(b)
		} else {
			r.values[string(a)] = string(b)
		}
	}
}

// learn takes in what masks stand for now, whatever else of the message is compared, and how.
func (r *replacements) learn(then, now json.RawMessage) {
	c := &comparison{equality: Exact, same: r.same}
	c.values(r.in(then), now)
}

// onlyMask returns the number of the mask that a string is; 0: it is none.
func onlyMask(value []byte) int {
	m := mask().FindStringSubmatch(jsontext.Text(value))
	if m == nil || m[0] != jsontext.Text(value) {
		return 0
	}
	n, _ := strconv.Atoi(m[1])
	return n
}

// in returns a value with all that is another one now in its place. The rest stays as it is written.
func (r *replacements) in(value json.RawMessage) json.RawMessage {
	if len(r.values) == 0 && len(r.secrets) == 0 {
		return value
	}
	return eachScalar(value, r.scalar)
}

// eachScalar returns a value with what now returns in the places of its strings and numbers, but for keys; "" leaves
// one as it is.
func eachScalar(value json.RawMessage, now func(scalar []byte) string) json.RawMessage {
	var out []byte
	from := 0
	for i := 0; i < len(value); {
		switch b := value[i]; {
		case b == '"' || isNumber(b):
			_, n, err := jsontext.Value(value[i:])
			if err != nil {
				return value
			}
			end := i + n
			isKey := b == '"' && end < len(value) && value[jsontext.Space(value, end)%len(value)] == ':'
			if is := now(value[i:end]); !isKey && is != "" {
				out = append(append(out, value[from:i]...), is...)
				from = end
			}
			i = end
		default:
			i++
		}
	}
	if from == 0 {
		return value
	}
	return append(out, value[from:]...)
}

// hidden returns a value as it may be shown: with the masks in the places of secrets.
func (r *replacements) hidden(value json.RawMessage) json.RawMessage {
	if len(r.secrets) == 0 {
		return value
	}
	return eachScalar(value, func(scalar []byte) string {
		text := jsontext.Text(scalar)
		if inner := within(text); inner != nil {
			return requoted(inner, r.hidden(inner))
		}
		shown := text
		for n, secret := range r.secrets {
			if secret != "" {
				shown = strings.ReplaceAll(shown, secret, fmt.Sprintf("***%d", n))
			}
		}
		if shown == text {
			return ""
		}
		return jsontext.Quote(shown)
	})
}

// within returns the JSON text that a string is, an array or object; nil: it is none.
func within(text string) json.RawMessage {
	if first := jsontext.FirstByte([]byte(text)); first != '{' && first != '[' || jsontext.Valid([]byte(text)) != nil {
		return nil
	}
	return json.RawMessage(text)
}

// requoted returns a JSON text as a string, "" where it is what it was.
func requoted(was, is json.RawMessage) string {
	if string(was) == string(is) {
		return ""
	}
	return jsontext.Quote(string(is))
}

// minPart is how long a text is that is replaced within longer ones.
const minPart = 4

// scalar returns what stands for a value now, "" where it is what it was.
func (r *replacements) scalar(value []byte) string {
	if now, ok := r.values[string(value)]; ok {
		return now
	}
	if value[0] != '"' {
		return ""
	}
	text := jsontext.Text(value)
	if inner := within(text); inner != nil {
		return requoted(inner, r.in(inner))
	}
	now := mask().ReplaceAllStringFunc(text, func(m string) string {
		n, _ := strconv.Atoi(m[3:])
		if secret, ok := r.secrets[n]; ok {
			return secret
		}
		return m
	})
	for was, is := range r.values {
		if part := jsontext.Text([]byte(was)); len(part) >= minPart && is[0] == '"' {
			now = strings.ReplaceAll(now, part, jsontext.Text([]byte(is)))
		}
	}
	if now == text {
		return ""
	}
	return jsontext.Quote(now)
}

// masks returns the numbers of the masks in a message, 0 for one without a number.
func (t *turn) masks() (numbers []int) {
	if !t.redacted {
		return nil // asterisks that the message has had
	}
	for _, found := range mask().FindAllSubmatch(t.text(), -1) {
		n, _ := strconv.Atoi(string(found[1]))
		numbers = append(numbers, n)
	}
	return numbers
}

// compare returns how a message differs from what it was.
func (r *replacements) compare(e Equality, ignore []Pointer, then, now json.RawMessage) []*Difference {
	c := &comparison{equality: e, ignore: ignore, same: r.same}
	for _, l := range r.let {
		c.ignore = append(c.ignore, l.At)
	}
	c.values(r.in(then), now)
	return c.done()
}

// same reports whether a value is what it was. A mask is whatever stands there, and the same everywhere.
func (r *replacements) same(then, now []byte) bool {
	if sameScalar(then, now) {
		return true
	}
	text := jsontext.Text(then)
	if jsontext.FirstByte(now) != '"' || !mask().MatchString(text) {
		return false
	}
	if a, b := within(text), within(jsontext.Text(now)); a != nil && b != nil {
		c := &comparison{equality: Exact, same: r.same}
		c.values(a, b)
		return len(c.done()) == 0
	}
	var pattern strings.Builder
	var numbers []int
	from := 0
	for _, at := range mask().FindAllStringSubmatchIndex(text, -1) {
		pattern.WriteString(regexp.QuoteMeta(text[from:at[0]]) + "(?s:(.*))")
		n, _ := strconv.Atoi(text[at[2]:at[3]])
		numbers = append(numbers, n)
		from = at[1]
	}
	pattern.WriteString(regexp.QuoteMeta(text[from:]))
	found := regexp.MustCompile(`\A` + pattern.String() + `\z`).FindStringSubmatch(jsontext.Text(now))
	if found == nil {
		return false
	}
	for i, n := range numbers {
		known, ok := r.secrets[n]
		switch {
		case n == 0 || !ok:
		case known != found[i+1]:
			return false
		}
		if n > 0 {
			r.secrets[n] = found[i+1]
		}
	}
	return true
}
