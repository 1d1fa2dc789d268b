package names

import (
	"fmt"
	"strings"
	"testing"
)

func TestTableIsBounded(t *testing.T) {
	table := make(Table)
	get := func(name string) {
		t.Helper()
		for range 2 {
			if got := table.Get([]byte(name)); got != name {
				t.Fatalf("Get(%q) = %q", name, got)
			}
		}
	}
	get(strings.Repeat("x", MaxSize+1))
	if len(table) != 0 {
		t.Error("a name longer than the limit was kept")
	}
	get(strings.Repeat("x", MaxSize))
	for i := range 3 * MaxNames {
		get(fmt.Sprint("method", i))
	}
	if len(table) != MaxNames {
		t.Errorf("%d names are kept, want %d", len(table), MaxNames)
	}
}

func TestGetAllocatesOnce(t *testing.T) {
	table := make(Table)
	text := []byte("a name of more than thirty-two characters")
	table.Get(text)
	if n := testing.AllocsPerRun(100, func() { table.Get(text) }); n != 0 {
		t.Errorf("getting a name again allocates %v times", n)
	}
}
