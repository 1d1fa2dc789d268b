package httprpc

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"strings"
)

// maxCookie is the maximal size of a cookie file in bytes; a larger one is some other file.
const maxCookie = 4 << 10

// authorize puts the user and password that u or the cookie file has, in this order, into header, unless it has an
// Authorization already, and takes them out of u.
func authorize(header http.Header, u *url.URL, cookieFile string) error {
	user := u.User
	u.User = nil
	if header.Get("Authorization") != "" {
		return nil
	}
	if user == nil && cookieFile != "" {
		var err error
		if user, err = readCookie(cookieFile); err != nil {
			return fmt.Errorf("reading the cookie file: %w", err)
		}
	}
	if user != nil {
		password, _ := user.Password()
		req := http.Request{Header: header}
		req.SetBasicAuth(user.Username(), password)
	}
	return nil
}

// readCookie reads a file as bitcoind writes it: user:password.
func readCookie(path string) (*url.Userinfo, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	user, password, found := strings.Cut(strings.TrimRight(string(text), "\r\n"), ":")
	if !found || len(text) > maxCookie || strings.ContainsAny(password, "\r\n") {
		return nil, errors.New(path + " has no line USER:PASSWORD")
	}
	return url.UserPassword(user, password), nil
}
