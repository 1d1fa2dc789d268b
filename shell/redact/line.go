package redact

import "rpcsh/rpcconn/lazyregexp"

var (
	// elsewhere is what stands in a line for a value that is written somewhere else: a variable, a file.
	elsewhere = lazyregexp.New(`(?:` + schemes + `)?(?:\$\{[^}]*\}|\$[\w.#]+)+|([=:])@\S+`)
	// inEnvironment is what stands in a flag's value for a variable of the environment.
	inEnvironment = lazyregexp.New(`(?:` + schemes + `)?(?:\$\{[^}]*\})+`)
)

// nothing takes the place of what is written somewhere else, and is no secret.
const nothing = "\x00"

// InLine reports whether a line that is typed has a secret written out in it.
func InLine(line string) bool {
	line = elsewhere().ReplaceAllString(line, "${1}"+nothing)
	return New(Rules{}).Text(line) != line
}

// isElsewhere reports whether what an argument of the command line would have as a secret is in the environment: it
// names it, and has none itself.
func isElsewhere(arg string, secretFlag bool) bool {
	rest := inEnvironment().ReplaceAllString(arg, nothing)
	return rest != arg && (rest == nothing || !secretFlag && New(Rules{}).Text(rest) == rest)
}
