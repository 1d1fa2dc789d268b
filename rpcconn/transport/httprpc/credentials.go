package httprpc

import (
	"errors"
	"fmt"
	"net/url"
	"os"
	"strings"

	"rpcsh/rpcconn/plain"
	"rpcsh/rpcconn/transport/web"
)

// maxCookie is the maximal size of a cookie file in bytes; a larger one is some other file.
const maxCookie = 4 << 10

// withCookie gives c the user and password that the cookie file has, unless c has some already. file may be "".
func withCookie(c *web.Credentials, file string) error {
	if file == "" || c.User != nil || c.Token != "" {
		return nil
	}
	user, err := readCookie(file)
	if err != nil {
		return fmt.Errorf("reading the cookie file: %w", err)
	}
	c.User = user
	return nil
}

// readCookie reads a file as bitcoind writes it: user:password.
func readCookie(path string) (*url.Userinfo, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, plain.Error(err)
	}
	user, password, found := strings.Cut(strings.TrimRight(string(text), "\r\n"), ":")
	if !found || len(text) > maxCookie || strings.ContainsAny(password, "\r\n") {
		return nil, errors.New(path + " has no line USER:PASSWORD")
	}
	return url.UserPassword(user, password), nil
}
