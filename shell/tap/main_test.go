package tap_test

import (
	"testing"

	"rpcsh/rpcconn/rpctest"
)

func TestMain(m *testing.M) { rpctest.Main(m) }
