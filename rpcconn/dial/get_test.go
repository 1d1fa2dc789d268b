package dial

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"rpcsh/rpcconn/transport"
)

// TestGetIsBounded gets more than is taken: it ends with an error, and the server is not read to its end.
func TestGetIsBounded(t *testing.T) {
	var failed error
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		piece := make([]byte, 1<<20)
		for n := 0; n < 2*maxGot && failed == nil; n += len(piece) {
			_, failed = w.Write(piece)
		}
	}))
	target, err := transport.ParseTarget(s.URL)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := (Config{}).Get(t.Context(), target, "/"); err == nil || !strings.Contains(err.Error(), "MiB came") {
		t.Errorf("got %v", err)
	}
	if s.Close(); failed == nil { // Close waits for the handler
		t.Error("all of it is read")
	}
}
