package call

import (
	"regexp"
	"strings"
	"unicode"

	"rpcsh/rpcconn"
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
	return isWord && saysUnknown.MatchString(before+after)
}

// saysUnknown matches what says in words that there is no such thing.
var saysUnknown = regexp.MustCompile(`(?i)\b(no|not|unknown|invalid|undefined|unsupported|unrecogni[sz]ed)\b`)

func isWordRune(r rune) bool { return r == '_' || unicode.IsLetter(r) || unicode.IsDigit(r) }
