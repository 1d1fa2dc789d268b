package web

import (
	"strings"
	"testing"
)

// TestDigest has the examples of RFC 7616 section 3.9 and of RFC 2617 section 3.5, and what curl 7.88 answered where
// they show nothing. The response of section 3.9.2 is not the hash that it names; here is hashlib's.
func TestDigest(t *testing.T) {
	const (
		realm = `realm="http-auth@example.org", nonce="7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v", ` +
			`opaque="FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS"`
		cnonce = "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ"
	)
	for _, test := range []struct {
		name, challenge, cnonce, user, password, uri string
		want                                         []string
	}{
		{"MD5", `Digest ` + realm + `, qop="auth, auth-int", algorithm=MD5`, cnonce, "Mufasa", "Circle of Life",
			"/dir/index.html", []string{
				`username="Mufasa", realm="http-auth@example.org", nonce="7ypf/xlj9XXwfDPEoM4URrv/xwf94Bc`,
				`uri="/dir/index.html"`, `algorithm=MD5`, `qop=auth, nc=00000001, cnonce="f2/wE4q74E6zIJEtWaHKaf5wv/`,
				`response="8ca523f5e9506fed4657c9700eebdbec"`, `opaque="FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS"`,
			}},
		{"SHA-256", `Digest ` + realm + `, qop="auth, auth-int", algorithm=SHA-256`, cnonce, "Mufasa",
			"Circle of Life", "/dir/index.html", []string{
				`response="753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1"`, "algorithm=SHA-256",
			}},
		{"SHA-512-256, the name hashed", `Digest realm="api@example.org", qop="auth", algorithm=SHA-512-256, ` +
			`nonce="5TsQWLVdgBdmrQ0XsxbDODV+57QdFR34I9HAbC/RVvkK", userhash=true`,
			"NTg6RKcb9boFIAS3KrFK9BGeh+niz/sm", "Jäsøn Doe", "Secret, or not?", "/doe.json", []string{
				`username="793263caabb707a56211940d90411ea4a575adeccb7e360aeb624ed06ece9b0b"`, "userhash=true",
				`response="7a4e1192babbba02e91182d2895bfdbf7adafc6e48d4e517ca301974843d840c"`,
			}},
		{"RFC 2617", `Digest realm="testrealm@host.com", qop="auth,auth-int", ` +
			`nonce="dcd98b7102dd2f0e8b11d0f600bfb0c093"`, "0a4f113b", "Mufasa", "Circle Of Life", "/dir/index.html",
			[]string{`response="6629fae49393a05397450978507c4ef1"`}},
		{"RFC 2069", `Digest realm="testrealm@host.com", nonce="dcd98b7102dd2f0e8b11d0f600bfb0c093"`, "", "Mufasa",
			"CircleOfLife", "/dir/index.html", []string{`response="1949323746fe6a43ef61f9606e7febea"`}},
		{"MD5-sess", `Digest realm="r \"q\"", nonce="abc", algorithm=MD5-sess, qop="auth"`,
			"NmI1OTc2NDkxZTJkNzgzOTQ3YmYyNzNlN2MwMzY1OGM=", "Mufasa", "Circle of Life", "/MD5-sess/auth/x",
			[]string{`response="7bddc0d9b24e17df9ccca7bb9e34cae1"`, "algorithm=MD5-sess"}},
		{"SHA-256-sess", `Digest realm="r \"q\"", nonce="abc", algorithm=SHA-256-sess, qop=auth`,
			"ZmViYzIwYTY5MWEwNzMwZjQ5MDhmNmM5NjE2OTg1MzQ=", "Mufasa", "Circle of Life", "/SHA-256-sess/auth/x",
			[]string{`response="2a9c4b27fd2ec74207c45a56d34242f512b9a82beb506d7bbab2df09942c34cf"`}},
		{"neither algorithm nor qop", `Digest realm="r \"q\"", nonce="abc"`, "", "Mufasa", "Circle of Life",
			"/none/none/x", []string{`realm="r \"q\"", `, `response="50be08152691d53ad22cac5cb25dff0b"`}},
	} {
		d := newDigest(parseChallenges(test.challenge)[0], test.cnonce)
		got := d.authorization(test.user, test.password, "GET", test.uri)
		for _, want := range test.want {
			if !strings.Contains(got, want) {
				t.Errorf("%s: %s\nhas no %s", test.name, got, want)
			}
		}
	}
	for _, challenge := range []string{
		`Basic realm="x"`, `Digest realm="x"`, `Digest nonce="n", algorithm=ROT13`, `Digest nonce="n", qop="auth-int"`,
	} {
		if newDigest(parseChallenges(challenge)[0], "") != nil {
			t.Errorf("%s is answered", challenge)
		}
	}
}
