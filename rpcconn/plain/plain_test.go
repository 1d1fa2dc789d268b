package plain

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"testing"
)

func TestError(t *testing.T) {
	gone := filepath.Join(t.TempDir(), "gone")
	_, missing := os.Open(gone)
	_, inGone := os.Open(filepath.Join(gone, "x"))
	refused := refusedConnection(t)
	for _, test := range []struct {
		name                  string
		err                   error
		wantError, wantReason string
	}{
		{"a file", missing, gone + ": there is no such file", "there is no such file"},
		{"a folder", inGone, filepath.Join(gone, "x") + ": its folder is missing", "its folder is missing"},
		{"named", Error(missing), gone + ": there is no such file", "there is no such file"},
		{"reworded", Reworded(missing, "write it first"), "write it first", "write it first"},
		{"within", fmt.Errorf("reading: %w", missing), "reading: " + gone + ": there is no such file",
			"reading: there is no such file"},
		{"two", errors.Join(missing, fmt.Errorf("then %w", refused)),
			gone + ": there is no such file\nthen the connection was refused",
			"there is no such file\nthen the connection was refused"},
		{"a connection", refused, "the connection was refused", "the connection was refused"},
		{"a name", &net.OpError{Op: "dial", Err: &net.DNSError{Err: "no such host", Name: "x", IsNotFound: true}},
			"no host has that name", "no host has that name"},
		{"reworded within", &net.OpError{Op: "proxyconnect", Net: "tcp", Err: Reworded(refused, "nobody is there")},
			"nobody is there", "nobody is there"},
		{"another", io.ErrUnexpectedEOF, "unexpected EOF", "unexpected EOF"},
	} {
		var named *plainError
		if !errors.As(test.err, &named) && !errors.Is(Error(test.err), test.err) {
			t.Errorf("%s: it is another error", test.name)
		}
		for kind, got := range map[string]error{"Error": Error(test.err), "Reason": Reason(test.err)} {
			want := map[string]string{"Error": test.wantError, "Reason": test.wantReason}[kind]
			if got.Error() != want {
				t.Errorf("%s: %s: got %q, want %q", test.name, kind, got, want)
			}
			if again := Error(got); again.Error() != want {
				t.Errorf("%s: %s: once more it is %q", test.name, kind, again)
			}
		}
	}
	if !Refused.Is(refused) || !Refused.Is(Error(refused)) || Reset.Is(refused) || Refused.Is(nil) {
		t.Error("that nobody listens is not told from other errors")
	}
	if Error(nil) != nil {
		t.Error("nil is an error")
	}
	if !errors.Is(Error(missing), fs.ErrNotExist) {
		t.Error("that there is no file cannot be found out any more")
	}
}

// refusedConnection returns the error of dialling where nobody listens.
func refusedConnection(t *testing.T) error {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	_ = l.Close()
	_, err = net.Dial("tcp", l.Addr().String())
	if err == nil {
		t.Fatal("somebody listens there")
	}
	return err
}
