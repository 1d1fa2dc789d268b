package web

import (
	"crypto/md5"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/hex"
	"fmt"
	"hash"
	"slices"
	"strings"
)

// A digest answers a Digest challenge (RFC 7616): the password is proved to be known, and not sent.
type digest struct {
	challenge map[string]string
	algorithm string // as the server wrote it; "": it named none, which is MD5
	newHash   func() hash.Hash
	session   bool   // the algorithm is one of -sess
	qop       bool   // the server takes qop=auth; else the answer is that of RFC 2069
	cnonce    string // of ours
	count     int    // how many requests the nonce was used for
}

// newDigest returns the digest for c, nil if c is none that can be answered: its algorithm is not known, or it takes
// only qop=auth-int.
func newDigest(c Challenge, cnonce string) *digest {
	if !c.is("Digest") || c.Params["nonce"] == "" {
		return nil
	}
	d := &digest{challenge: c.Params, algorithm: c.Params["algorithm"], cnonce: cnonce}
	name, session := strings.CutSuffix(strings.ToUpper(d.algorithm), "-SESS")
	d.session = session
	switch name {
	case "", "MD5":
		d.newHash = md5.New
	case "SHA-256":
		d.newHash = sha256.New
	case "SHA-512-256":
		d.newHash = sha512.New512_256
	default:
		return nil
	}
	if offered := c.Params["qop"]; offered != "" {
		words := strings.FieldsFunc(strings.ToLower(offered), func(c rune) bool { return c == ',' || c == ' ' })
		if d.qop = slices.Contains(words, "auth"); !d.qop {
			return nil
		}
	}
	return d
}

// of returns the hash of parts with colons between them, in hexadecimal.
func (d *digest) of(parts ...string) string {
	h := d.newHash()
	_, _ = h.Write([]byte(strings.Join(parts, ":"))) // a hash takes everything
	return hex.EncodeToString(h.Sum(nil))
}

// authorization returns the Authorization for the next request, of method and uri, which is as in the request line.
func (d *digest) authorization(user, password, method, uri string) string {
	realm, nonce := d.challenge["realm"], d.challenge["nonce"]
	d.count++
	count := fmt.Sprintf("%08x", d.count)
	secret := d.of(user, realm, password)
	if d.session {
		secret = d.of(secret, nonce, d.cnonce)
	}
	name := user
	hashed := strings.EqualFold(d.challenge["userhash"], "true")
	if hashed {
		name = d.of(user, realm)
	}
	fields := []string{
		"username=" + quoted(name), "realm=" + quoted(realm), "nonce=" + quoted(nonce), "uri=" + quoted(uri),
	}
	if d.algorithm != "" {
		fields = append(fields, "algorithm="+d.algorithm)
	}
	request := d.of(method, uri)
	response := d.of(secret, nonce, request)
	if d.qop {
		response = d.of(secret, nonce, count, d.cnonce, "auth", request)
		fields = append(fields, "qop=auth", "nc="+count)
	}
	if d.qop || d.session {
		fields = append(fields, "cnonce="+quoted(d.cnonce))
	}
	fields = append(fields, "response="+quoted(response))
	if opaque, given := d.challenge["opaque"]; given {
		fields = append(fields, "opaque="+quoted(opaque))
	}
	if hashed {
		fields = append(fields, "userhash=true")
	}
	return "Digest " + strings.Join(fields, ", ")
}
