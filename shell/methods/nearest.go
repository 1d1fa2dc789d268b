package methods

import (
	"strings"

	"rpcsh/completer"
	"rpcsh/rpcconn/catalog"
	"rpcsh/shell/glob"
	"rpcsh/shell/view"
)

// Unknown says that none of methods is called name, and which names may have been meant.
func Unknown(name string, methods []catalog.Method) string {
	if len(methods) == 0 {
		return "no methods are known yet; those that you call and that exist are learned, .learn FILE reads them " +
			"from a file"
	}
	if glob.Is(name) {
		return "write the name of one method; .methods " + name + " lists those that match"
	}
	if near := Nearest(name, methods); len(near) > 0 {
		return "no method of this name is known; did you mean " + strings.Join(near, " or ") + "?"
	}
	return "no method of this name is known; .methods lists those that are"
}

// Nearest returns the names of the methods that may have been meant by name, the likeliest first.
func Nearest(name string, methods []catalog.Method) []string {
	names := make([]string, len(methods))
	for i, m := range methods {
		names[i] = view.Visible(m.Name)
	}
	return completer.Nearest(name, names)
}
