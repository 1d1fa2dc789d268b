package document

import (
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"rpcsh/rpcconn/rpctest"
	"rpcsh/shell/human"
)

func TestMain(m *testing.M) { rpctest.Main(m) }

// Documents over their limits are not read.
func TestDocumentsAreBounded(t *testing.T) {
	large := filepath.Join(t.TempDir(), "openrpc.json")
	if err := os.WriteFile(large, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Truncate(large, maxSize+1); err != nil { // it takes no room on the disk
		t.Fatal(err)
	}
	_, err := Read(t.Context(), large)
	if want := "at most " + human.Size(maxSize) + " are taken"; err == nil || !strings.Contains(err.Error(), want) {
		t.Errorf("a file: %v", err)
	}

	var taken int64
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		taken, _ = io.Copy(w, io.LimitReader(zeros{}, 2*maxSize))
	}))
	_, err = Read(t.Context(), server.URL)
	if want := "it has more than " + human.Size(maxSize); err == nil || !strings.Contains(err.Error(), want) {
		t.Errorf("an address: %v", err)
	}
	if server.Close(); taken >= 2*maxSize { // Close waits for the handler
		t.Errorf("%d bytes are taken from an address", taken)
	}
}

// zeros gives digits for ever.
type zeros struct{}

func (zeros) Read(b []byte) (int, error) {
	for i := range b {
		b[i] = '0'
	}
	return len(b), nil
}
