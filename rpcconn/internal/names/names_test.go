package names

import (
	"fmt"
	"strings"
	"testing"
)

func TestTableIsBounded(t *testing.T) {
	var table Table
	get := func(name string) {
		t.Helper()
		for range 2 {
			if got := table.Get([]byte(name)); got != name {
				t.Fatalf("Get(%q) = %q", name, got)
			}
		}
	}
	get(strings.Repeat("x", MaxSize+1))
	if len(table.Kept) != 0 || table.last != "" {
		t.Error("a name longer than the limit was kept")
	}
	get(strings.Repeat("x", MaxSize))
	for i := range 3 * MaxNames {
		get(fmt.Sprint("method", i))
	}
	if len(table.Kept) != MaxNames {
		t.Errorf("%d names are kept, want %d", len(table.Kept), MaxNames)
	}
}

func TestGetAllocatesOnce(t *testing.T) {
	var table Table
	one, other := []byte("a name of more than thirty-two characters"), []byte("another of more than thirty-two")
	again := func() {
		table.Get(one)
		table.Get(one)
		table.Get(other)
	}
	again()
	if n := testing.AllocsPerRun(100, again); n != 0 {
		t.Errorf("getting names again allocates %v times", n)
	}
}
