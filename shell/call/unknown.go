package call

import (
	"bytes"
	"cmp"
	"encoding/json"
	"slices"
	"strings"
	"unicode"

	"rpcsh/rpcconn"
	"rpcsh/rpcconn/jsontext"
	"rpcsh/rpcconn/lazyregexp"
)

// MayNotKnow reports whether err may say that there is no method called name, in the ways of peers that do not say so
// by code: that its params, or the request, are wrong, or in words, such as "Invalid method: NAME".
func MayNotKnow(err *rpcconn.Error, name string) bool {
	switch err.Code {
	case rpcconn.CodeInvalidParams, rpcconn.CodeInvalidRequest:
		return true
	}
	before, after, found := strings.Cut(" "+err.Message+" ", name)
	isWord := found && strings.IndexFunc(before[len(before)-1:]+after[:1], isWordRune) < 0
	return isWord && saysUnknown().MatchString(before+after)
}

// saysUnknown matches what says in words that there is no such thing.
var saysUnknown = lazyregexp.New(`(?i)\b(no|not|unknown|invalid|undefined|unsupported|unrecogni[sz]ed)\b`)

func isWordRune(r rune) bool { return r == '_' || unicode.IsLetter(r) || unicode.IsDigit(r) }

// Words returns positional arguments about as they are typed, "" for others.
func Words(params json.RawMessage) string {
	if jsontext.FirstByte(params) != '[' {
		return ""
	}
	var words []string
	for _, argument := range jsontext.Elements(params) {
		words = append(words, cmp.Or(jsontext.Text(argument), string(argument)))
	}
	return strings.Join(words, " ")
}

// Separates reports whether an argument is text with a ; at its end that nothing explains but another call behind it.
func Separates(params json.RawMessage) bool {
	if jsontext.FirstByte(params) != '[' {
		return false
	}
	all := jsontext.Elements(params)
	return len(all) > 1 && slices.ContainsFunc(all[:len(all)-1], func(argument json.RawMessage) bool {
		return bytes.HasSuffix(argument, []byte(`;"`))
	})
}
