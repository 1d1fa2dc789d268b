package detect

import "testing"

// TestIsAnswer tells what answers a probe from what only looks like it.
func TestIsAnswer(t *testing.T) {
	for text, want := range map[string]bool{
		`{"jsonrpc":"2.0","id":1,"error":{"code":-32601,"message":"no"}}`:     true,
		`{"jsonrpc":"2.0","id":1.0,"result":null}`:                            true,
		`{"id":1,"result":{}}`:                                                true,
		`{"id":1,"result":null,"error":"unknown method"}`:                     true,
		`{"jsonrpc":"2.0","id":null,"error":{"code":-32700,"message":""}}`:    true,
		`{"error":{"code":-32700,"message":"parse error"},"id":null}`:         true,
		`{"jsonrpc":"2.0","error":{"code":-32700,"message":"parse error"}}`:   true,
		` [{"jsonrpc":"2.0","id":1,"error":{"code":-32601,"message":"no"}}]`:  true,
		`{"timestamp":"2026","status":404,"error":"Not Found","path":"/"}`:    false,
		`{"error":"invalid_token","error_description":"no"}`:                  false,
		`{"error":{"code":404,"message":"Not Found","status":"NOT_FOUND"}}`:   false,
		`{"error":{"class":"GenericError","desc":"'jsonrpc' is unexpected"}}`: false,
		`{"id":null,"error":{"code":"x","message":"y"}}`:                      false,
		`{"id":null,"error":{"code":null,"message":"y"}}`:                     false,
		`{"id":null,"error":{"code":1}}`:                                      false,
		`{"id":"1","result":1}`:                                               true,
		`{"jsonrpc":"2.0","id":2,"result":1}`:                                 false,
		`{"jsonrpc":"2.0","id":1}`:                                            true,
		`{"event":"x","id":1}`:                                                false,
		`{"jsonrpc":"2.0","id":1,"method":"rpc.discover"}`:                    false,
		`{"ID":1,"Result":1}`:                                                 false,
		`[]`:                                                                  false, `[[{"id":1,"result":1}]]`: false,
		`7`: false, `null`: false, `{`: false, ``: false,
	} {
		if got := isAnswer([]byte(text)); got != want {
			t.Errorf("%s: %v", text, got)
		}
	}
}
