package ethereum

import (
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"testing"

	"rpcsh/rpcconn/catalog"
	"rpcsh/rpcconn/dialect"
	"rpcsh/rpcconn/dialect/dialecttest"
)

func TestFromEthereum(t *testing.T) {
	tests := []struct{ name, modules, version, peer, has, hasNot string }{
		{"geth", `{"eth":"1.0","rpc":"1.0","web3":"1.0"}`, `"Geth/v1.13.14-stable/linux-amd64/go1.21.7"`,
			"Geth v1.13.14-stable (eth, rpc, web3)",
			"eth_getBalance eth_subscription web3_sha3 rpc_modules", "net_version debug_traceTransaction anvil_mine"},
		{"anvil", ``, `"anvil/v1.7.1"`, "anvil v1.7.1",
			"eth_getBalance net_version anvil_mine evm_mine debug_traceTransaction", "rpc_modules engine_newPayloadV1"},
		{"another", ``, `"Besu/v24"`, "Besu v24", "eth_getBalance net_version",
			"rpc_modules anvil_mine debug_traceTransaction"},
		{"modules alone", `{"net":"1.0"}`, ``, "(net)", "net_version rpc_modules", "eth_getBalance"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			l, err := Read(json.RawMessage(test.modules), json.RawMessage(test.version))
			if err != nil {
				t.Fatal(err)
			}
			dialecttest.CheckLearned(t, l, Source)
			c := catalog.New(l.Methods...)
			if l.Peer.String() != test.peer || len(l.Remarks) > 0 {
				t.Errorf("peer is %q, remarks %q", l.Peer, l.Remarks)
			}
			for _, name := range strings.Fields(test.has) {
				if name != "eth_subscription" && !c.Knows(name) {
					t.Errorf("%s is missing", name)
				}
			}
			for _, name := range strings.Fields(test.hasNot) {
				if c.Knows(name) {
					t.Errorf("%s is there", name)
				}
			}
		})
	}
	for _, version := range []string{``, `5`, `""`, `null`, `"ok"`, `"/"`, `["a/1"]`} {
		if _, err := Read(nil, json.RawMessage(version)); !errors.Is(err, dialect.ErrNotOffered) {
			t.Errorf("%s: %v", version, err)
		}
	}
	for _, modules := range []string{`["eth"]`, `"ok"`, `{"status":"ok"}`, `{"eth":1}`, `{}`, `{"eth":""}`} {
		a := dialecttest.Peer{Answers: map[string]string{"rpc_modules": modules, "web3_clientVersion": `"Geth/v1"`}}
		if _, err := a.Learn(t, Dialect()); !errors.Is(err, dialect.ErrNotOffered) {
			t.Errorf("modules %s: %v", modules, err)
		}
	}
}

func TestEthereumDocument(t *testing.T) {
	l, err := Read(json.RawMessage(`{"eth":"1.0"}`), nil)
	if err != nil {
		t.Fatal(err)
	}
	signature := func(name string) string {
		i := slices.IndexFunc(l.Methods, func(m catalog.Method) bool { return m.Name == name })
		if i < 0 {
			t.Fatalf("%s is missing", name)
		}
		return strings.TrimSuffix(dialecttest.Signatures(&catalog.Learned{Methods: l.Methods[i : i+1]}), "\n")
	}
	for name, want := range map[string]string{
		"eth_getBalance":   "eth_getBalance(address: address, block?: BlockNumberOrTagOrHash)",
		"eth_subscription": "ours notification by-name eth_subscription(subscription: string, result)",
	} {
		if got := signature(name); !strings.Contains(got, want) {
			t.Errorf("got %s, want %s", got, want)
		}
	}
	for _, m := range l.Methods {
		if slices.ContainsFunc(m.Params, func(p catalog.Param) bool {
			return strings.ContainsAny(p.Name, " ") || p.Name == "" || p.Schema == nil && m.Name != "eth_subscription"
		}) {
			t.Errorf("%s has params that cannot be typed, or of no type", m.Signature())
		}
	}
}

func TestEthereumCompletesAndChecks(t *testing.T) {
	l, err := Read(json.RawMessage(`{"eth":"1.0"}`), nil)
	if err != nil {
		t.Fatal(err)
	}
	if l.Definitions["GenericTransaction"] == nil || l.Definitions["ExecutionPayloadV1"] != nil {
		t.Error("definitions are not those of the module")
	}
	c := catalog.New()
	c.Replace(l)
	if len(l.Methods) > 0 && l.Methods[0].Source != Source {
		t.Errorf("the source is %s", l.Methods[0].Source)
	}
	const address = "0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266" // in both cases, as it is written
	balance, _ := c.Find("eth_getBalance")
	if values := dialecttest.MemberNames(c.Definitions(), balance.Params[1].Schema); !strings.Contains(values,
		`"earliest" "finalized" "safe" "latest" "pending"`) {
		t.Errorf("the values of block are %s", values)
	}
	for _, test := range []struct {
		method, params string
		right          bool
	}{
		{"eth_getBalance", `["` + address + `","latest"]`, true}, {"eth_getBalance", `["` + address + `"]`,
			true}, {"eth_getBalance", `["` + address + `","0x1F"]`, true},
		{"eth_getBalance", `["` + address + `","newest"]`, false}, {"eth_getBalance", `["0x12"]`,
			false}, {"eth_getBalance", `[]`, false},
		{"eth_call", `[{"to":"` + address + `","data":"0x"}]`, true}, {"eth_call", `[{"to":5}]`, false},
		{"eth_subscribe", `["newHeads"]`, true}, {"eth_subscribe", `["heads"]`, false},
	} {
		m, _ := c.Find(test.method)
		if problems := c.Check(m, json.RawMessage(test.params)); (len(problems) == 0) != test.right {
			t.Errorf("%s %s: %v", test.method, test.params, problems)
		}
	}
}

func TestLearnEthereum(t *testing.T) {
	for _, test := range []struct {
		answers map[string]string
		asked   string
		fails   bool
	}{
		{map[string]string{"rpc_modules": `{"eth":"1.0"}`, "web3_clientVersion": `"Geth/v1"`},
			"rpc_modules web3_clientVersion", false},
		{map[string]string{"web3_clientVersion": `"anvil/v1"`}, "rpc_modules web3_clientVersion", false},
		{nil, "rpc_modules web3_clientVersion", true},
		{map[string]string{"rpc_modules": "hang up"}, "rpc_modules", true},
	} {
		a := dialecttest.Peer{Answers: test.answers}
		_, err := a.Learn(t, Dialect())
		if asked := strings.Join(a.Asked, " "); asked != test.asked || (err != nil) != test.fails {
			t.Errorf("%v: asked %s, %v", test.answers, asked, err)
		}
	}
}

func FuzzFromEthereum(f *testing.F) {
	f.Add([]byte(`{"eth":"1"}`), []byte(`"Geth/v1/x"`))
	f.Fuzz(func(t *testing.T, modules, version []byte) {
		readModules(modules)
		readClientVersion(version)
	})
}

// Whether a method is in the table can be told from its name.
func TestTabled(t *testing.T) {
	for _, m := range table().Methods {
		if !tabled(m.Name) {
			t.Errorf("%s is in the table", m.Name)
		}
	}
	if tabled("my_add") || tabled("ether") {
		t.Error("methods of others are taken for those of nodes")
	}
}
