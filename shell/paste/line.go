package paste

import (
	"cmp"
	"maps"
	"net/http"
	"net/url"
	"os"
	"slices"
	"strings"

	"rpcsh/rpcconn/lazyregexp"
	"rpcsh/rpcconn/transport"
)

// A shellLine is a line of the system's shell while it is written.
type shellLine struct {
	words []string // quoted
	left  []string // names of the variables that stand for what is left out
}

func newLine(words ...string) *shellLine { return &shellLine{words: words} }

func (l *shellLine) text() string { return strings.Join(l.words, " ") }

// add adds words as they are.
func (l *shellLine) add(words ...string) {
	for _, w := range words {
		l.words = append(l.words, quoted(w))
	}
}

// hide adds a flag, unless it is "", and the word before+value, in which a variable stands for value where that may be
// a secret. name is what value is called.
func (l *shellLine) hide(flag, before, name, value string) {
	if flag != "" {
		l.add(flag)
	}
	l.words = append(l.words, l.spell(before+value, len(before), name))
}

// substitute adds a flag, and what a command prints.
func (l *shellLine) substitute(flag, command string) {
	l.words = append(l.words, flag, `"$(`+command+`)"`)
}

// harmless are headers whose values everybody may see.
var harmless = lazyregexp.New(`(?i)^(accept.*|content-type|user-agent|origin|host|referer|cache-control|` +
	`x-request-id|traceparent)$`)

// spell returns text as a word in which ${NAME} stands for what may be a secret: what the environment has, and else all
// from an index on, as the value of something of that name.
func (l *shellLine) spell(text string, from int, name string) string {
	value := text[from:]
	switch variable, secret := fromEnvironment(value); {
	case variable != "":
		i := from + strings.Index(value, secret)
		return `"` + escaped(text[:i]) + l.variable(variable) + escaped(text[i+len(secret):]) + `"`
	case value == "" || harmless().MatchString(name):
		return quoted(text)
	}
	return `"` + escaped(text[:from]) + l.variable(name) + `"`
}

// variable returns a variable that stands for something of a name.
func (l *shellLine) variable(name string) string {
	name = variableName(name)
	if !slices.Contains(l.left, name) {
		l.left = append(l.left, name)
	}
	return "${" + name + "}"
}

// target adds a target of rpcsh.
func (l *shellLine) target(t transport.Target) {
	text := t.String()
	name, password, _ := strings.Cut(t.User, ":")
	if password != "" {
		text = strings.Replace(text, "//"+name+"@", "//"+t.User+"@", 1)
	}
	l.url(text)
}

// secretQuery is what parameters of a URL are called whose values are secrets.
var secretQuery = lazyregexp.New(`(?i)(token|key|secret|auth|passw|signature)`)

// url adds a URL, in which variables stand for what may be secrets: a password, a parameter, and what the environment
// has.
func (l *shellLine) url(text string) {
	word, rest := "", text
	hide := func(secret, name string) {
		i := strings.Index(rest, secret)
		if secret == "" || i < 0 {
			return
		}
		word += escaped(rest[:i]) + l.variable(name)
		rest = rest[i+len(secret):]
	}
	u, err := url.Parse(text)
	if err != nil {
		u = new(url.URL)
	}
	if password, is := u.User.Password(); is {
		_, spelt, _ := strings.Cut(u.User.String(), ":")
		hide(spelt, cmp.Or(known(password, spelt), "PASSWORD"))
	}
	for _, part := range strings.FieldsFunc(u.EscapedPath()+"&"+u.RawQuery, func(r rune) bool {
		return r == '&' || r == '/'
	}) {
		key, value, _ := strings.Cut(part, "=")
		switch name, secret := fromEnvironment(part); {
		case name != "":
			hide(secret, name)
		case secretQuery().MatchString(key):
			hide(value, key)
		}
	}
	if word == "" {
		l.add(text)
		return
	}
	l.words = append(l.words, `"`+word+escaped(rest)+`"`)
}

// known returns the variable of the environment that has a secret, which is spelt like this; "": none has just that.
func known(secret, spelt string) (variable string) {
	if name, value := fromEnvironment(secret); value == spelt {
		return name
	}
	return ""
}

// minSecret is the shortest value of the environment that is taken for a secret where it occurs, in bytes: shorter ones
// occur by chance.
const minSecret = 8

// fromEnvironment returns the variable of the environment whose value occurs in text, the longest one, and the value;
// "": there is none. Folders and the like are no secrets.
func fromEnvironment(text string) (name, value string) {
	for _, variable := range os.Environ() {
		n, v, _ := strings.Cut(variable, "=")
		if len(v) >= minSecret && len(v) > len(value) && !strings.ContainsAny(v, "/ ") && isVariable(n) &&
			strings.Contains(text, v) {
			name, value = n, v
		}
	}
	return name, value
}

// isVariable reports whether a name is one that ${NAME} may have (POSIX, XBD section 8.1).
func isVariable(name string) bool {
	return name != "" && strings.Trim(name[:1], "0123456789") != "" && variableName(name) == strings.ToUpper(name)
}

// variableName returns the name of a variable for something: X_API_KEY for X-Api-Key.
func variableName(name string) string {
	return strings.Map(func(r rune) rune {
		if r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r == '_' {
			return r
		}
		return '_'
	}, strings.ToUpper(name))
}

// bare matches words that a shell takes as they are.
var bare = lazyregexp.New(`^[\w@%+=:,./-]+$`)

// quoted returns text as a word of the shell that stands for just that.
func quoted(text string) string {
	if bare().MatchString(text) {
		return text
	}
	return "'" + strings.ReplaceAll(text, "'", `'\''`) + "'"
}

// escaped returns text as it stands between double quotes.
func escaped(text string) string {
	return strings.NewReplacer(`\`, `\\`, `"`, `\"`, "$", `\$`, "`", "\\`").Replace(text)
}

func sortedNames(h http.Header) []string { return slices.Sorted(maps.Keys(h)) }
