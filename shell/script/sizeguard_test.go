package script

import (
	"strings"
	"testing"
)

// An operation that would take all memory, or hours, is refused, however it is written; others are as Starlark has
// them.
func TestSizeGuard(t *testing.T) {
	for _, tt := range []struct{ body, want string }{
		{"return 6 * 7", "42"},
		{"return 2.5 * 2", "5.0"},
		{"return -3 * (1 << 70)", "-3541774862152233910272"},
		{`return [3 * "ab", "ab" * 2, 0 * "ab", -1 * "ab", "" * (1 << 60)]`, `["ababab","abab","","",""]`},
		{"return [2 * [1, 2], [] * (1 << 60), (1,) * 2]", "[[1,2,1,2],[],[1,1]]"},
		{"x = [1]\n  y = x\n  x *= 3\n  return [x, y]", "[[1,1,1],[1]]"},
		{"n = 2\n  n *= 3\n  return n", "6"},
		{"return len(range(10000000))", "10000000"},
		{"return list(range(9, 0, -4))", "[9,5,1]"},
		{`return "a" * "b"`, "unknown binary op: string * string"},
		{`return 2 * {}`, "unknown binary op: int * dict"},
		{"return len([0] * 10000001)", "1 × 10000001 elements are too many, 10000000 at most"},
		{"return len(5000001 * [0, 0])", "2 × 5000001 elements are too many, 10000000 at most"},
		{"x = (1, 2, 3)\n  x *= 3333334\n  return len(x)", "3 × 3333334 elements are too many, 10000000 at most"},
		{`return len("a" * (1 << 20) * 101)`, "1048576 × 101 bytes are too many, 104857600 at most"},
		{`return b"ab" * (1 << 70)`, "2 × 1180591620717411303424 bytes are too many, 104857600 at most"},
		{`x = int("f" * 2200000, 16)` + "\n  x = x * x\n  return x > 0", "the product has more than 16777216 bits"},
		{`x = int("f" * 2200000, 16)` + "\n  x *= x\n  return x > 0", "the product has more than 16777216 bits"},
		{"return len(range(10000001))", "range: it would have 10000001 numbers, 10000000 at most: count with while"},
		{"return range('x')", "range: for parameter 1: got string, want int"},
	} {
		t.Run(tt.body, func(t *testing.T) {
			s := newStage()
			got := limited(t, s.load(t, "def f():\n  "+tt.body+"\n"), new(caller), patience)
			if data, failed := strings.CutPrefix(got, `error -32000: Server error "`); failed {
				got = strings.TrimSuffix(data, `"`)
			}
			if got != tt.want {
				t.Errorf("got %s, want %s", got, tt.want)
			}
		})
	}
}
