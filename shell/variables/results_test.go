package variables

import (
	"bytes"
	"testing"
)

// What was asked for is there by its number until there is too much of it; the newest always is.
func TestResults(t *testing.T) {
	large := bytes.Repeat([]byte("1"), maxResultBytes/2)
	for _, tt := range []struct {
		name         string
		values       [][]byte
		kept, newest int // of the numbers
	}{
		{"few", [][]byte{[]byte("1"), []byte("2")}, 1, 2},
		{"many", repeated([]byte("1"), maxResults+5), 6, maxResults + 5},
		{"as large as may be", repeated(large, 2), 1, 2},
		{"too large", repeated(large, 3), 2, 3},
		{"one that is too large alone", [][]byte{[]byte("1"), append(large, append(large, '1')...)}, 2, 2},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var r Results
			for i, v := range tt.values {
				if n := r.Add("call", v); n != i+1 {
					t.Fatalf("result %d has the number %d", i+1, n)
				}
			}
			for n := range tt.newest + 2 {
				v, found := r.get(resultName(n))
				if want := n >= tt.kept && n <= tt.newest; found != want {
					t.Errorf("result %d: %t, want %t", n, found, want)
				} else if found && !bytes.Equal(v, tt.values[n-1]) {
					t.Errorf("result %d is another", n)
				}
			}
			if all := r.List(); len(all) != tt.newest-tt.kept+1 || all[0].Number != tt.kept {
				t.Errorf("%d are listed, from %d", len(all), all[0].Number)
			}
		})
	}
	r := new(Results)
	r.Add("call", []byte("1"))
	for _, name := range []string{"_", "_01", "_x", "1", "__1", "_-1", "_+1"} {
		if _, found := r.get(name); found {
			t.Errorf("$%s is a result", name)
		}
	}
}

func repeated(value []byte, n int) [][]byte {
	all := make([][]byte, n)
	for i := range all {
		all[i] = value
	}
	return all
}
