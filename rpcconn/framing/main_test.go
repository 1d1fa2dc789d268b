package framing

import (
	"testing"

	"go.uber.org/goleak"

	"rpcsh/rpcconn/rpctest"
)

func TestMain(m *testing.M) {
	rpctest.RunTogether()
	goleak.VerifyTestMain(m)
}
