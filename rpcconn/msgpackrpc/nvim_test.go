package msgpackrpc

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"testing"

	"github.com/tinylib/msgp/msgp"

	"rpcsh/rpcconn"
)

// A neovim is one that runs, and the codec that talks to it.
type neovim struct {
	t     *testing.T
	codec *Codec
	stdin io.Writer
	out   *msgp.Reader
	ids   int64
}

func startNeovim(t *testing.T) *neovim {
	path, err := exec.LookPath("nvim")
	if err != nil {
		const missing = "neovim is not installed: apt-get install -y --no-install-recommends neovim"
		if os.Getenv("CI") == "true" && runtime.GOOS == "linux" { // where .ci/run installs it
			t.Fatal(missing)
		}
		t.Skip(missing)
	}
	command := exec.Command(path, "--clean", "--embed", "--headless")
	stdin, err := command.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	stdout, err := command.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = stdin.Close()  // which ends it
		_ = command.Wait() // its status is of no interest
	})
	return &neovim{t: t, codec: New(), stdin: stdin, out: msgp.NewReader(stdout)}
}

func (n *neovim) send(m rpcconn.Message) {
	n.t.Helper()
	frame, err := n.codec.AppendEncode(nil, &rpcconn.Packet{Messages: []rpcconn.Message{m}})
	if err != nil {
		n.t.Fatal(err)
	}
	if _, err := n.stdin.Write(frame); err != nil {
		n.t.Fatal(err)
	}
}

func (n *neovim) receive() rpcconn.Message {
	n.t.Helper()
	var frame bytes.Buffer
	if _, err := n.out.CopyNext(&frame); err != nil {
		n.t.Fatal(err)
	}
	var p rpcconn.Packet
	if err := n.codec.Decode(frame.Bytes(), &p); err != nil {
		n.t.Fatal(err)
	}
	return p.Messages[0]
}

// request sends a request and returns what comes next.
func (n *neovim) request(method, params string) rpcconn.Message {
	n.t.Helper()
	n.ids++
	n.send(rpcconn.Message{Kind: rpcconn.KindRequest, ID: rpcconn.IntID(n.ids), Method: method, Params: []byte(params)})
	return n.receive()
}

func TestNeovim(t *testing.T) {
	n := startNeovim(t)
	for _, test := range []struct{ method, params, want string }{
		{"nvim_eval", `["[1, 2.0, 'é', v:true, v:null, {'a': 0z00ff}, 1.0/0]"]`, `result=[1,2.0,"é",true,null,{"a":`},
		{"nvim_eval", `["\"\\xff\""]`, `result={"$str":"/w=="}`},
		{"nvim_get_current_buf", ``, `result={"$ext":{"type":0,"data":"AQ=="}}`},
		{"nvim_buf_line_count", `[{"$ext":{"type":0,"data":"AQ=="}}]`, `result=1`},
		{"nvim_set_var", `["x",{"a":[9223372036854775807,-1,0.5,{"$str":"/w=="}]}]`, `result=null`},
		{"nvim_get_var", `["x"]`, `result={"a":[9223372036854775807,-1,0.5,{"$str":"/w=="}]}`},
		{"nvim_no", `[]`, `code=0 message="Invalid method: nvim_no" data=[0,`},
		{"nvim_eval", `["nope"]`,
			`code=0 message="Vim:E121: Undefined variable: nope" data=[0,"Vim:E121: Undefined variable: nope"]`},
	} {
		got := n.request(test.method, test.params)
		if want := fmt.Sprintf("response id=%d %s", n.ids, test.want); !strings.HasPrefix(show(got), want) {
			t.Errorf("%s %s:\n got %s\nwant %s", test.method, test.params, show(got), want)
		}
	}
	if api := n.request("nvim_get_api_info", "[]"); api.Err != nil || len(api.Result) < 10_000 {
		t.Errorf("nvim_get_api_info: %v, %d bytes", api.Err, len(api.Result))
	}
}

// An error of ours must be shown with what it says.
func TestNeovimShowsErrors(t *testing.T) {
	n := startNeovim(t)
	for _, test := range []struct {
		e    *rpcconn.Error
		want string
	}{
		{&rpcconn.Error{Message: "plain"}, "plain"},
		{&rpcconn.Error{Code: 1, Message: "validation"}, "validation"},
		{rpcconn.NewError(rpcconn.CodeMethodNotFound, ""), "Method not found (-32601)"},
		{rpcconn.NewError(rpcconn.CodeServerError, "disk full"), "Server error: disk full (-32000)"},
	} {
		asked := n.request("nvim_eval", `["rpcrequest(1, 'ask', 7)"]`)
		if got := show(asked); !strings.HasPrefix(got, "request ") || !strings.HasSuffix(got, "method=ask params=[7]") {
			t.Fatalf("got %s, want a request", got)
		}
		n.send(rpcconn.Message{Kind: rpcconn.KindResponse, ID: asked.ID, Err: test.e})
		if answer := n.receive(); answer.Err == nil || !strings.HasSuffix(answer.Err.Message, "\n"+test.want) {
			t.Errorf("neovim says of %v: %s, want %q", test.e, show(answer), test.want)
		}
	}
}

func TestNeovimHandles(t *testing.T) {
	n := startNeovim(t)
	n.codec.ShowHandles()
	for _, test := range []struct{ method, params, want string }{
		{"nvim_get_current_buf", ``, `{"$buffer":1}`},
		{"nvim_list_wins", ``, `[{"$window":1000}]`},
		{"nvim_get_current_tabpage", ``, `{"$tabpage":1}`},
		{"nvim_buf_line_count", `[{"$buffer":1}]`, `1`},
		{"nvim_win_get_buf", `[{"$window":1000}]`, `{"$buffer":1}`},
		{"nvim_win_get_buf", `[1000]`, `{"$buffer":1}`},
	} {
		got := n.request(test.method, test.params)
		if want := fmt.Sprintf("response id=%d result=%s", n.ids, test.want); show(got) != want {
			t.Errorf("%s %s:\n got %s\nwant %s", test.method, test.params, show(got), want)
		}
	}
}
