package process

import (
	"os"
	"testing"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) {
	if beChild() {
		os.Exit(0)
	}
	goleak.VerifyTestMain(m)
}
