package main

import (
	"net/http"
	"strings"

	"rpcsh/shell/exit"
)

// readHeaders reads -H.
func (o *options) readHeaders() error {
	for _, h := range o.headers {
		name, value, found := strings.Cut(h, ":")
		if name = strings.TrimSpace(name); !found || name == "" {
			return exit.Usagef("-H %q: write 'Name: value'", h)
		}
		if strings.ContainsFunc(name, isSeparator) {
			return exit.Usagef("-H %q: the name of a header has letters, digits and - alone", h)
		}
		if o.wire.Header == nil {
			o.wire.Header = make(http.Header)
		}
		o.wire.Header.Add(name, expand(strings.TrimSpace(value)))
	}
	return nil
}

// isSeparator reports whether a character cannot be in the name of a header (RFC 9110 section 5.6.2).
func isSeparator(c rune) bool {
	return c <= ' ' || c >= 0x7f || strings.ContainsRune(`"(),/:;<=>?@[\]{}`, c)
}
