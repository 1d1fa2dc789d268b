package review

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"runtime"
	"strings"
	"testing"

	"rpcsh/shell/export"
)

const (
	// longSize is how long the recordings are that are looked at in little memory, in bytes.
	longSize = 10 << 20
	// littleMemory is what looking at one may take, in bytes, however long it is.
	littleMemory = 20 << 20
)

// longRecording writes a recording that has all that a reader could keep: each connection is a new one, each method,
// id and secret is, and most requests are never answered. It calls look now and then.
func longRecording(to io.Writer, look func()) error {
	out := bufio.NewWriter(to)
	fmt.Fprintln(out, `{"rpcrec":1,"start":"2026-11-29T17:15:11Z"}`)
	text := strings.Repeat("x", 64) // longer than a secret that is kept as it is
	const step = longSize / 10
	for i, size, next := 0, 0, step; size < longSize; i++ {
		n, err := fmt.Fprintf(out, `{"t":%[1]d,"c":%[1]d,"e":"open","x":{"title":"client %[1]d","protocol":"jsonrpc"}}
{"t":%[1]d,"c":%[1]d,"d":"<","m":{"jsonrpc":"2.0","id":"id %[1]d","method":"m%[1]d","params":{"password":"%[1]d %[2]s"}}}
{"t":%[1]d,"c":%[1]d,"d":"<","m":{"jsonrpc":"2.0","id":"id %[1]d/2","method":"m","params":["%[2]s"]}}
{"t":%[1]d,"c":%[1]d,"d":">","m":{"jsonrpc":"2.0","id":"id %[1]d/2","result":{"token":"%[1]d"}}}
`, i+1, text)
		if size += n; err != nil {
			return err
		}
		if size >= next {
			next += step
			look()
		}
	}
	return out.Flush()
}

// However long a recording is, and whatever is in it, looking at it takes little memory.
func TestLongRecordings(t *testing.T) {
	if testing.Short() {
		t.Skip("it reads recordings of 10 MiB")
	}
	exports := func(name string) func(context.Context, Options) error {
		form, _ := export.Find(name)
		return func(ctx context.Context, opts Options) error { return Export(ctx, opts, form) }
	}
	for name, what := range map[string]func(context.Context, Options) error{
		"show": Show, "stat": Stat, "md": exports("md"), "html": exports("html"), "trace": exports("trace"),
		"mcpsnoop": exports("mcpsnoop"),
	} {
		t.Run(name, func(t *testing.T) {
			var most, before runtime.MemStats
			runtime.GC()
			runtime.ReadMemStats(&before)
			in, out := io.Pipe()
			go func() {
				out.CloseWithError(longRecording(out, func() {
					var now runtime.MemStats
					runtime.GC()
					if runtime.ReadMemStats(&now); now.HeapAlloc > most.HeapAlloc {
						most = now
					}
				}))
			}()
			opts := Options{File: "long", In: in, Filter: filter(t, "m*5 m"), Out: io.Discard, Remark: func(string) {}}
			if err := what(t.Context(), opts); err != nil {
				t.Fatal(err)
			}
			if took := int64(most.HeapAlloc) - int64(before.HeapAlloc); took > littleMemory || most.HeapAlloc == 0 {
				t.Errorf("it took %d MiB of memory, at most %d are allowed", took>>20, littleMemory>>20)
			}
		})
	}
}
