package call

import (
	"testing"

	"rpcsh/rpcconn"
)

func TestMayNotKnow(t *testing.T) {
	for _, tt := range []struct {
		code    int64
		message string
		want    bool
	}{
		{0, "Invalid method: get_line", true}, // Neovim
		{1, "method `get_line' is not defined", true},
		{-32000, "get_line: no such method", true},
		{rpcconn.CodeInvalidParams, "Invalid params", true},
		{0, "Invalid method: get_lines", false},
		{0, "get_line has failed", false},
		{0, "nothing for get_line", false},
		{0, "not found", false},
	} {
		if got := MayNotKnow(&rpcconn.Error{Code: tt.code, Message: tt.message}, "get_line"); got != tt.want {
			t.Errorf("%d %s: %v", tt.code, tt.message, got)
		}
	}
}
