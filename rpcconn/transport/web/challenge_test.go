package web

import (
	"net/http"
	"strings"
	"testing"
)

func TestChallenges(t *testing.T) {
	for _, test := range []struct{ field, want string }{
		{`Basic realm="x"`, `Basic realm="x"`},
		{`basic REALM=x`, `basic realm="x"`},
		{`Basic realm = "a \"b\", c" , charset="UTF-8"`, `Basic realm="a \"b\", c"`},
		{`Digest qop="auth",algorithm=MD5,realm="monero-rpc",nonce="abc123==",stale=false`,
			`Digest realm="monero-rpc" algorithm="MD5" qop="auth"`},
		{`Basic realm="x", Digest realm="y", nonce="n", Bearer`, `Basic realm="x"|Digest realm="y"|Bearer`},
		{`Negotiate, NTLM`, `Negotiate|NTLM`},
		{`Negotiate YIIab+/cd==, Basic realm="x"`, `Negotiate|Basic realm="x"`},
		{`Bearer error="invalid_token", resource_metadata="http://h/.well-known/x"`,
			`Bearer error="invalid_token" resource_metadata="http://h/.well-known/x"`},
		{"Bearer realm=\"\x1b[2J\"", `Bearer realm="\x1b[2J"`},
		{`Basic realm="unended`, `Basic realm="unended"`},
		{`Basic realm=`, `Basic`},
		{``, ``},
		{`realm="x"`, ``},
		{`;, "x", Basic`, `Basic`},
	} {
		var got []string
		for _, c := range Challenges(http.Header{"Www-Authenticate": {test.field}}, "WWW-Authenticate") {
			got = append(got, c.String())
		}
		if strings.Join(got, "|") != test.want {
			t.Errorf("%s\n got %s\nwant %s", test.field, strings.Join(got, "|"), test.want)
		}
	}
	several := http.Header{"Www-Authenticate": {"Basic", "Digest nonce=1, Bearer"}}
	if got := Challenges(several, "WWW-Authenticate"); len(got) != 3 {
		t.Errorf("two fields have %v", got)
	}
}

func FuzzChallenges(f *testing.F) {
	f.Add(`Basic realm="x", Digest nonce=a, qop="auth,auth-int"`)
	f.Add(`Negotiate YII==`)
	f.Fuzz(func(t *testing.T, field string) {
		for _, c := range parseChallenges(field) {
			if c.Scheme == "" || strings.ContainsAny(c.String(), "\n\r\x1b") {
				t.Errorf("%q: %q", field, c)
			}
			newDigest(c, "c")
		}
	})
}
