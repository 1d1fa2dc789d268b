package review

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"rpcsh/rpcconn/jsontext"
	"rpcsh/rpcconn/rpcrec"
	"rpcsh/shell/event"
	"rpcsh/shell/export"
	"rpcsh/shell/jq"
	"rpcsh/shell/redact"
	"rpcsh/shell/view"
)

// content is a recording that has two parts, and in the first one two connections.
const content = `{"rpcrec":1,"start":"2026-11-29T17:15:11.000000Z","by":"rpcsh","argv":["rpcsh","-e","add 1","h:1"]}
{"t":0.000000,"c":1,"e":"open","x":{"target":"tcp://h:1","title":"h:1","protocol":"jsonrpc","framing":"line"}}
{"t":0.100000,"c":1,"d":">","m":{"jsonrpc":"2.0","id":1,"method":"login","params":{"password":"x"}}}
{"t":0.150000,"c":1,"d":"<","m":{"jsonrpc":"2.0","id":1,"result":{"token":"y"}}}
{"t":2.400000,"c":1,"d":">","m":{"jsonrpc":"2.0","id":2,"method":"add","params":[40,2]}}
{"t":2.401000,"c":1,"d":"<","m":[{"jsonrpc":"2.0","method":"tick"},{"jsonrpc":"2.0","id":2,"error":{"code":-1,"message":"no"}}]}
{"t":2.500000,"c":1,"d":"<","m":{"jsonrpc":"2.0","id":9,"result":0}}
{"t":2.600000,"c":1,"e":"stderr","x":{"text":"token=abc"}}
{"t":2.700000,"c":2,"e":"open","x":{"target":"tcp://h:2","title":"@2 h:2","protocol":"msgpackrpc","framing":"msgpack"}}
{"t":2.800000,"c":2,"d":"<","b":"lAABo2FkZJGBpXRva2VuoXo=","m":{"id":1,"method":"add","params":[{"token":"z"}]}}
words
{"t":3.000000,"c":1,"d":">","m":{"jsonrpc":"2.0","id":3,"method":"slow"}}
{"rpcrec":1,"start":"2026-11-30T08:00:00.000000Z"}
{"t":0.000000,"c":1,"d":">","m":{"jsonrpc":"2.0","id":3,"method":"add"}}
{"t":1.000000,"c":1,"d":"<","m":{"jsonrpc":"2.0","id":3,"re`

// look looks at a recording by what, and returns what was printed, and what was said beside it.
func look(t *testing.T, what func(context.Context, Options) error, text string, opts Options) (string, error) {
	t.Helper()
	local := time.Local
	time.Local = time.UTC
	t.Cleanup(func() { time.Local = local })
	if opts.File == "" {
		opts.File = filepath.Join(t.TempDir(), "x.rpcrec")
		if err := os.WriteFile(opts.File, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	var out, remarks strings.Builder
	opts.Out, opts.Remark = &out, func(text string) { remarks.WriteString("! " + text + "\n") }
	err := what(context.Background(), opts)
	inJSON := strings.Trim(jsontext.Quote(opts.File), `"`)
	return strings.NewReplacer(opts.File, "FILE", inJSON, "FILE").Replace(out.String() + remarks.String()), err
}

func filter(t *testing.T, text string) event.Filter {
	t.Helper()
	f, err := event.ParseFilter(text)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func TestShow(t *testing.T) {
	const broken = "! FILE: line 11: column 1: unexpected character 'w', want '{'; it is left out\n" +
		"! FILE: line 15, the last one, is cut off; it is left out\n"
	id, err := jq.Compile("[.peer,.method,.params]")
	if err != nil {
		t.Fatal(err)
	}
	off, err := redact.ParseRules([]string{"off"})
	if err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		name, filter string
		opts         Options
		want         string
	}{
		{"all", "", Options{}, `· recorded 2026-11-29 17:15:11 by rpcsh: rpcsh -e 'add 1' h:1
17:15:11.000 · connected to tcp://h:1 · jsonrpc, line
17:15:11.100 → #1 login {"password":"***1"}
17:15:11.150 ← #1 {"token":"***2"}  50.0 ms
· 2.2 s later
17:15:13.400 → #2 add 40 2
17:15:13.401 ← tick
17:15:13.401 ← #2 error -1: no  1.0 ms
17:15:13.500 ← #9 0  unmatched response
│ token=***3
17:15:13.700 · @2 connected to tcp://h:2 · msgpackrpc, msgpack
17:15:13.800 ← @2 #1 add [{"token":"***4"}]
17:15:14.000 → @1 #3 slow
· recorded 2026-11-30 08:00:00
08:00:00.000 → #3 add
`},
		{"a filter knows the methods of answers", "add kind:error", Options{}, `· recorded 2026-11-29 17:15:11 by ` +
			`rpcsh: rpcsh -e 'add 1' h:1
17:15:13.401 ← #2 error -1: no  1.0 ms
· recorded 2026-11-30 08:00:00
`},
		{"JSON", "kind:response", Options{Output: view.OutputJSON},
			`{"time":"2026-11-29T17:15:11.15Z","peer":1,"dir":"in","kind":"response","id":1,"method":"login",` +
				`"result":{"token":"***1"},"ms":50.000}
{"time":"2026-11-29T17:15:13.5Z","peer":1,"dir":"in","kind":"response","id":9,"result":0,"match":"unmatched"}
`},
		{"bytes", "login", Options{Output: view.OutputRaw, Rules: off},
			`{"jsonrpc":"2.0","id":1,"method":"login","params":{"password":"x"}}
{"jsonrpc":"2.0","id":1,"result":{"token":"y"}}
`},
		{"jq", "kind:request", Options{JQ: id}, `[1,"login",{"password":"***1"}]
[1,"add",[40,2]]
[2,"add",[{"token":"***2"}]]
[1,"slow",null]
[1,"add",null]
`},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			test.opts.Filter = filter(t, test.filter)
			got, err := look(t, Show, content, test.opts)
			if err != nil || got != test.want+broken {
				t.Errorf("error %v\ngot\n%s\nwant\n%s", err, got, test.want+broken)
			}
		})
	}
}

// What is masked when a recording is read gets no number that the recording has for something else, shown or not.
func TestShowMasksMore(t *testing.T) {
	more, err := redact.ParseRules([]string{"session"})
	if err != nil {
		t.Fatal(err)
	}
	const text = `{"rpcrec":1,"start":"2026-11-29T17:15:11.000000Z"}
{"t":0.1,"c":1,"d":">","m":{"jsonrpc":"2.0","id":1,"method":"login","params":["bob","***1"]},"r":1}
{"t":0.2,"c":1,"d":"<","m":{"jsonrpc":"2.0","id":1,"result":{"session":"s"}}}
`
	got, err := look(t, Show, text, Options{Output: view.OutputJSON, Rules: more, Filter: filter(t, "dir:in")})
	if err != nil || !strings.Contains(got, `{"session":"***2"}`) {
		t.Errorf("%s%v", got, err)
	}
}

func TestStat(t *testing.T) {
	const broken = "! FILE: line 11: column 1: unexpected character 'w', want '{'; it is left out\n" +
		"! FILE: line 15, the last one, is cut off; it is left out\n"
	got, err := look(t, Stat, content, Options{})
	want := `FILE: 2026-11-29 17:15:11, 3.0 s in 2 recordings
8 messages: 194 B in, 201 B out
connect: 2
stderr: 1
unmatched: 1

method  dir  requests  notifications  errors  unanswered      p50      p90      p99      max
add     out         2                      1           1   1.0 ms   1.0 ms   1.0 ms   1.0 ms
add     in          1                                  1
login   out         1                                     50.0 ms  50.0 ms  50.0 ms  50.0 ms
slow    out         1                                  1
tick    in                         1

never answered:
  17:15:13.800 in @2 add
  17:15:14.000 out @1 slow
  08:00:00.000 out @1 add
` + broken
	if err != nil || got != want {
		t.Errorf("error %v\ngot\n%s\nwant\n%s", err, got, want)
	}
	got, err = look(t, Stat, content, Options{Output: view.OutputJSON, Filter: filter(t, "login")})
	want = `{"file":"FILE","start":"2026-11-29T17:15:11Z","seconds":3.000000,"recordings":2,"messages":2,` +
		`"in":47,"out":67,"masked":0,"other":{},` +
		`"methods":[{"method":"login","dir":"out","requests":1,"notifications":0,"errors":0,` +
		`"unanswered":0,"p50":50.000,"p90":50.000,"p99":50.000,"max":50.000}]}` + "\n" + broken
	if err != nil || got != want {
		t.Errorf("error %v\ngot\n%s\nwant\n%s", err, got, want)
	}
}

// A filter that nothing fits says so, and which methods are near; a recording without messages has none.
func TestNothingFits(t *testing.T) {
	const header = `{"rpcrec":1,"start":"2026-11-29T17:15:11Z"}` + "\n"
	const open = `{"t":0,"c":1,"e":"open","x":{"protocol":"jsonrpc"}}` + "\n"
	const one = `{"t":0,"c":1,"d":">","m":{"jsonrpc":"2.0","id":1,"method":"eth_blockNumber"}}` + "\n"
	const two = `{"t":0,"c":1,"d":">","m":{"jsonrpc":"2.0","id":2,"method":"eth_chainId"}}` + "\n"
	tests := []struct{ content, filter, want string }{
		{header + open + one + two, "eth_block", "! nothing in FILE fits eth_block; did you mean eth_blockNumber?\n"},
		{header + open + one + two, "eth_chainid*", "! nothing in FILE fits eth_chainid*; did you mean eth_chainId?\n"},
		{header + open + one + two, "net",
			"! nothing in FILE fits net; its methods are eth_blockNumber, eth_chainId\n"},
		{header + open + one, "kind:error", "! nothing in FILE fits kind:error\n"},
		{header + open + one, "connect", ""},
		{header + open + one, "eth_*", ""},
		{header + open + one, "", ""},
		{header + open, "", "! FILE has no messages\n"},
		{header, "", "! FILE has no messages\n"},
		{header + open, "x", "! FILE has no messages\n"},
	}
	mermaid, _ := export.Find("mermaid")
	for name, what := range map[string]func(context.Context, Options) error{
		"show": Show, "stat": Stat,
		"export": func(ctx context.Context, opts Options) error { return Export(ctx, opts, mermaid) },
	} {
		for _, test := range tests {
			got, err := look(t, what, test.content, Options{Filter: filter(t, test.filter)})
			_, got, _ = strings.Cut("\n"+got, "\n!")
			if got != "" {
				got = "!" + got
			}
			if err != nil || got != test.want {
				t.Errorf("%s of %q: error %v, said %q, want %q", name, test.filter, err, got, test.want)
			}
		}
	}
}

// A table that the window has no room for leaves columns out, and says so.
func TestStatFits(t *testing.T) {
	got, err := look(t, Stat, content, Options{Width: 60})
	if err != nil || !strings.Contains(got, "\n… 3 more columns at width ") {
		t.Errorf("error %v, got\n%s", err, got)
	}
	for line := range strings.Lines(got) {
		if utf8.RuneCountInString(line) > 61 && !strings.HasPrefix(line, "!") {
			t.Errorf("more than 60 columns: %s", line)
		}
	}
}

// What cannot be read is said in one line.
func TestUnreadable(t *testing.T) {
	const header = `{"rpcrec":1,"start":"2026-11-29T17:15:11Z"}` + "\n"
	tests := []struct{ name, content, want string }{
		{"empty", "", "reading FILE: the file is empty"},
		{"foreign", "words", "reading FILE: this is no recording: its first line is no rpcrec header"},
		{"later", `{"rpcrec":2}`, "reading FILE: line 1: this is rpcrec/2, and only rpcrec/1 can be read"},
		{"a later part", header + `{"rpcrec":2}`,
			"reading FILE: line 2: this is rpcrec/2, and only rpcrec/1 can be read"},
		{"without records", header, ""},
	}
	for _, test := range tests {
		for _, what := range []func(context.Context, Options) error{Show, Stat} {
			file := filepath.Join(t.TempDir(), "x")
			if err := os.WriteFile(file, []byte(test.content), 0o600); err != nil {
				t.Fatal(err)
			}
			_, err := look(t, what, "", Options{File: file})
			got := ""
			if err != nil {
				got = strings.ReplaceAll(err.Error(), file, "FILE")
			}
			if got != test.want {
				t.Errorf("%s: error %s, want %s", test.name, got, test.want)
			}
		}
	}
	if _, err := look(t, Show, "", Options{File: t.TempDir()}); err == nil || !strings.Contains(err.Error(),
		"it is a folder") {
		t.Errorf("a folder: error %v", err)
	}
}

// Many broken lines are told by their number.
func TestManyBroken(t *testing.T) {
	const header = `{"rpcrec":1,"start":"2026-11-29T17:15:11Z"}` + "\n"
	got, err := look(t, Show, header+strings.Repeat("words\n", 5000), Options{})
	if n := strings.Count(got, "\n"); err != nil || n != maxRemarks+2 || !strings.Contains(got,
		"4990 lines more left out") &&
		!strings.Contains(got, "4 990 lines more left out") {
		t.Errorf("error %v, %d lines:\n%s", err, n, got)
	}
}

// An error of writing ends it.
func TestWriteError(t *testing.T) {
	broken := errors.New("the pipe is broken")
	file := filepath.Join(t.TempDir(), "x.rpcrec")
	if err := os.WriteFile(file, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	err := Show(context.Background(), Options{File: file, Out: refusing{broken}, Remark: func(string) {}})
	if !errors.Is(err, broken) {
		t.Errorf("error %v", err)
	}
}

type refusing struct{ err error }

func (r refusing) Write([]byte) (int, error) { return 0, r.err }

// Percentiles are right to a hundredth.
func TestLatencies(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	var l latencies
	var all []time.Duration
	for range 10_000 {
		d := time.Duration(1<<random.IntN(30)+random.IntN(1<<20)) * time.Microsecond
		all = append(all, d)
		l.add(d)
	}
	slices.Sort(all)
	for _, percent := range []int{1, 50, 90, 99, 100} {
		want := all[len(all)*percent/100-1]
		if got := l.percentile(percent); got < want || float64(got-want) > float64(want)/100 {
			t.Errorf("p%d is %v, want %v", percent, got, want)
		}
	}
	var few latencies
	for _, d := range []time.Duration{0, -time.Second, 100 * time.Hour} {
		few.add(d)
	}
	if got := fmt.Sprint(few.all()); got != "[0s 100h0m0s 100h0m0s 100h0m0s]" {
		t.Errorf("few: %s", got)
	}
}

// BenchmarkReview looks at recordings of messages that have so many bytes of text. What most peers say is longer.
func BenchmarkReview(b *testing.B) {
	none, err := event.ParseFilter("nosuch")
	if err != nil {
		b.Fatal(err)
	}
	for _, size := range []int{0, 600} {
		file := filepath.Join(b.TempDir(), "x.rpcrec")
		bytes := record(b, file, strings.Repeat("record ", size/len("record ")))
		for _, bench := range []struct {
			name   string
			what   func(context.Context, Options) error
			filter event.Filter
		}{{"stat", Stat, event.Filter{}}, {"show-filtered", Show, none}, {"show", Show, event.Filter{}}} {
			b.Run(fmt.Sprintf("%s/%d", bench.name, size), func(b *testing.B) {
				b.SetBytes(bytes)
				b.ReportAllocs()
				for b.Loop() {
					err := bench.what(context.Background(), Options{
						File: file, Out: io.Discard, Filter: bench.filter, Remark: func(string) {},
					})
					if err != nil {
						b.Fatal(err)
					}
				}
			})
		}
	}
}

// record records calls and notifications with a text, and returns the size of the file in bytes.
func record(b *testing.B, file, text string) int64 {
	b.Helper()
	f, err := rpcrec.OpenFile(file, false)
	if err != nil {
		b.Fatal(err)
	}
	w := rpcrec.NewWriter(f, rpcrec.Header{Start: time.Now()}, rpcrec.WriterOptions{})
	for i := range 20_000 {
		for _, r := range []rpcrec.Record{
			{Dir: rpcrec.Out, Data: fmt.Appendf(nil,
				`{"jsonrpc":"2.0","id":%d,"method":"add","params":[40,%d,"%s"]}`, i, i, text)},
			{Dir: rpcrec.In, Data: fmt.Appendf(nil,
				`{"jsonrpc":"2.0","method":"tick","params":{"name":"record","tags":["new","%s"]}}`, text)},
			{Dir: rpcrec.In, Data: fmt.Appendf(nil,
				`{"jsonrpc":"2.0","id":%d,"result":{"sum":%d,"text":"%s"}}`, i, i, text)},
		} {
			r.At, r.Conn = time.Duration(i)*time.Millisecond, 1
			if err := w.Write(&r); err != nil {
				b.Fatal(err)
			}
		}
	}
	if err := errors.Join(w.Flush(), f.Close()); err != nil {
		b.Fatal(err)
	}
	info, err := os.Stat(file)
	if err != nil {
		b.Fatal(err)
	}
	return info.Size()
}
