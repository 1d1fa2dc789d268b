package main

import (
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"rpcsh/shell/exit"
)

// TestCredentials calls an HTTP server that lets nobody in but who says the right thing, and looks what is shown.
func TestCredentials(t *testing.T) {
	t.Setenv("RPCSH_TEST_SECRET", "s3cret")
	t.Setenv("RPCSH_TEST_NOTHING", "")
	file := filepath.Join(t.TempDir(), "token")
	if err := os.WriteFile(file, []byte("s3cret\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	const basic, digest = `Basic realm="r"`, `Digest realm="r", nonce="n", qop="auth"`
	for _, test := range []struct {
		name      string
		challenge string // of the server
		wants     string // that the Authorization begins so
		flags     []string
		url       string // the user of the target
		code      int
		stderr    string // has this
	}{
		{"a user", basic, "Basic bWU6czNjcmV0", []string{"--user", "me:s3cret"}, "", exit.Done, ""},
		{"a user of the environment", basic, "Basic bWU6czNjcmV0", []string{"--user", "me:${RPCSH_TEST_SECRET}"}, "",
			exit.Done, ""},
		{"a user for Digest", digest, `Digest username="me"`, []string{"--user", "me:s3cret"}, "", exit.Done, ""},
		{"a user of the URL for Digest", digest, `Digest username="you"`, []string{"--user", "me:s3cret"},
			"you:s3cret@", exit.Done, ""},
		{"a token", "Bearer", "Bearer s3cret", []string{"--token", "s3cret"}, "", exit.Done, ""},
		{"a token of the environment", "Bearer", "Bearer s3cret", []string{"--token", "${RPCSH_TEST_SECRET}"}, "",
			exit.Done, ""},
		{"a token of a file", "Bearer", "Bearer s3cret", []string{"--token", "@" + file}, "", exit.Done, ""},
		{"a header", "Bearer", "Bearer s3cret", []string{"--user", "a:b", "-H", "Authorization: Bearer s3cret"}, "",
			exit.Done, ""},
		{"none", basic, "Basic", nil, "", exit.Connection,
			`it wants user and password (Basic realm="r"); give them in the URL or by --user`},
		{"no token", "Bearer", "Bearer", nil, "", exit.Connection, `it wants a token (Bearer); give it by --token`},
		{"a wrong user", basic, "no", []string{"--user", "me:s3cret"}, "", exit.Connection,
			`it does not take the user and password that it was given (Basic realm="r")`},
		{"a wrong user of the URL", basic, "no", nil, "me:s3cret@", exit.Connection, "http://me:xxxxx@"},
		{"both", basic, "no", []string{"--user", "me:s3cret", "--token", "s3cret"}, "", exit.Usage,
			"do not go together"},
		{"an empty token", basic, "no", []string{"--token", "${RPCSH_TEST_NOTHING}"}, "", exit.Usage,
			"--token is empty"},
		{"two words", basic, "no", []string{"--token", "Bearer s3cret"}, "", exit.Usage, "more than one word"},
		{"no file", basic, "no", []string{"--token", "@" + file + "x"}, "", exit.Usage, "there is no such file"},
		{"an empty user", basic, "no", []string{"--user", "${RPCSH_TEST_NOTHING}"}, "", exit.Usage, "--user is empty"},
	} {
		t.Run(test.name, func(t *testing.T) {
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if got := r.Header.Get("Authorization"); got == "" || !strings.HasPrefix(got, test.wants) {
					w.Header().Set("WWW-Authenticate", test.challenge)
					w.WriteHeader(http.StatusUnauthorized)
					return
				}
				_, _ = io.WriteString(w, `{"jsonrpc":"2.0","id":1,"result":42}`)
			}))
			defer server.Close()
			target := strings.Replace(server.URL, "http://", "http://"+test.url, 1)
			code, stdout, stderr := runs(t, append(test.flags, "-v", "-p", "jsonrpc", target, "hello")...)
			if code != test.code || !strings.Contains(stderr, test.stderr) || (code == 0) != (stdout == "42\n") {
				t.Errorf("exit code %d, want %d with %q; %s%s", code, test.code, test.stderr, stdout, stderr)
			}
			if strings.Contains(stdout+stderr, "s3cret") || strings.Contains(stderr, "czNjcmV0") {
				t.Errorf("a secret is shown: %s%s", stdout, stderr)
			}
		})
	}
}

// runs returns what a run with these arguments, and without input, ends with.
func runs(t *testing.T, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	var out, err strings.Builder
	code = run(t.Context(), args, strings.NewReader(""), &out, &err)
	return code, out.String(), err.String()
}

// TestHTTPFailures has HTTP servers that fail a call: that is never a mistake in the line.
func TestHTTPFailures(t *testing.T) {
	for _, test := range []struct {
		name, flag   string
		status       int
		body, header string // the header's value follows a colon
		code         int
		stderr       string // has this
	}{
		{"fault", "", 503, "Work queue depth exceeded", "Retry-After:3", exit.Connection,
			`HTTP 503 Service Unavailable "Work queue depth exceeded"; it asks to try again in 3 s (Retry-After)`},
		{"nothing", "", 200, "", "", exit.Connection, "HTTP 200 with an empty body"},
		{"a page", "", 200, "<title>Hi</title>", "", exit.Connection, `HTTP 200 OK "Hi"; that is no answer`},
		{"a page that is not there", "", 404, "<title>Nothing here</title>", "", exit.Connection, "try another path"},
		{"not there, in JSON", "", 404, `{"timestamp":"x","status":404,"error":"Not Found"}`, "", exit.Connection,
			"HTTP 404 Not Found"},
		{"error without id", "", 429, `{"jsonrpc":"2.0","error":{"code":-32005,"message":"slow down"}}`,
			"Retry-After:3", exit.PeerError, "error -32005: slow down; it asks to try again in 3 s"},
		{"error", "", 429, `{"jsonrpc":"2.0","id":1,"error":{"code":-32005,"message":"slow down"}}`, "Retry-After:3",
			exit.PeerError, "it asks to try again in 3 s"},
		{"redirect", "", 302, "", "Location:/x", exit.Connection, "it redirects to \"http://127.0.0.1:"},
		{"session", "", 409, "", "X-S:tok", exit.Connection, "Conflict"},
		{"csrf", "", 409, "", "X-Csrf-Token:tok", exit.Connection, "; --session-header X-Csrf-Token does that"},
		{"another header", "--session-header=X-T", 409, "", "X-Session:tok", exit.Connection,
			"X-Session: tok; --session-header X-Session does that"},
	} {
		t.Run(test.name, func(t *testing.T) {
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if name, value, found := strings.Cut(test.header, ":"); found {
					w.Header().Set(name, value)
				}
				w.WriteHeader(test.status)
				_, _ = io.WriteString(w, test.body)
			}))
			defer server.Close()
			args := []string{"-p", "jsonrpc", server.URL, "hello"}
			if test.flag != "" {
				args = append([]string{test.flag}, args...)
			}
			code, stdout, stderr := runs(t, args...)
			if code != test.code || !strings.Contains(stderr, test.stderr) || stdout != "" {
				t.Errorf("exit code %d, want %d with %q; %s%s", code, test.code, test.stderr, stdout, stderr)
			}
		})
	}
}
