package script

import (
	"runtime"
	"strings"
	"testing"
)

// An operation that would take all memory, or hours, is refused, however it is written; others are as Starlark has
// them.
func TestSizeGuard(t *testing.T) {
	const tooLarge = "the result may have more than 50331648 bytes"
	for _, tt := range []struct{ body, want string }{
		{"return 6 * 7", "42"},
		{"return 2.5 * 2", "5.0"},
		{"return -3 * (1 << 70)", "-3541774862152233910272"},
		{`return [3 * "ab", "ab" * 2, 0 * "ab", -1 * "ab", "" * (1 << 60)]`, `["ababab","abab","","",""]`},
		{"return [2 * [1, 2], [] * (1 << 60), (1,) * 2]", "[[1,2,1,2],[],[1,1]]"},
		{"x = [1]\n  y = x\n  x *= 3\n  return [x, y]", "[[1,1,1],[1]]"},
		{"n = 2\n  n *= 3\n  return n", "6"},
		{"return len(range(3000000))", "3000000"},
		{"return list(range(9, 0, -4))", "[9,5,1]"},
		{`return "a" * "b"`, "unknown binary op: string * string"},
		{`return 2 * {}`, "unknown binary op: int * dict"},
		{"return len([0] * 3000001)", "1 × 3000001 elements are too many, 3000000 at most"},
		{"return len(1500001 * [0, 0])", "2 × 1500001 elements are too many, 3000000 at most"},
		{"x = (1, 2, 3)\n  x *= 1000001\n  return len(x)", "3 × 1000001 elements are too many, 3000000 at most"},
		{`return len("a" * (1 << 20) * 101)`, "1048576 × 101 bytes are too many, 50331648 at most"},
		{`return b"ab" * (1 << 70)`, "2 × 1180591620717411303424 bytes are too many, 50331648 at most"},
		{`x = int("f" * 2200000, 16)` + "\n  x = x * x\n  return x > 0", "the product has more than 16777216 bits"},
		{`x = int("f" * 2200000, 16)` + "\n  x *= x\n  return x > 0", "the product has more than 16777216 bits"},
		{"return len(range(3000001))", "range: it would have 3000001 numbers, 3000000 at most: count with while"},
		{`return ["a" + "b", b"a" + b"b" == b"ab", [1] + [2], (1,) + (2,), 1 + 2, 1.5 + 1]`,
			`["ab",true,[1,2],[1,2],3,2.5]`},
		{"x = [1]\n  y = x\n  x += [2]\n  x += (3,)\n  return [x, y]", "[[1,2,3],[1,2,3]]"},
		{"x = 'a'\n  x += 'b'\n  x += str(1)\n  return x", `"ab1"`},
		{`return "a" + 1`, "unknown binary op: string + int"},
		{`return ["%s-%d" % ("a", 1), "%r" % "b", "%(x)s" % {"x": 1}, 7 % 4]`, `["a-1","\"b\"","1",3]`},
		{"x = '%s!'\n  x %= 'a'\n  return x", `"a!"`},
		{`return "a-b-c".replace("-", "+", 1) + ",".join(["d", "e"]) + "{} {y}".format(1, y=2)`, `"a+b-cd,e1 2"`},
		{`return ["a b".split(), "a-b".rsplit("-", 1), "a\nb".splitlines(), getattr("a", "join")("bc".elems())]`,
			`[["a","b"],["a","b"],["a","b"],"bac"]`},
		{`return [repr("a"), str([1, {"b": (2,)}]), json.encode({"a": [1]}), struct(replace = 1).replace]`,
			`["\"a\"","[1, {\"b\": (2,)}]","{\"a\":[1]}",1]`},
		{`return len(("a" * 9000).replace("a", "b" * 9000))`, "replace: " + tooLarge},
		{`return len(getattr("a" * 9000, "replace")("a", "b" * 9000))`, "replace: " + tooLarge},
		{`return len(("a" * 1000).join(["b"] * 99000))`, "join: " + tooLarge},
		{`return len(",".join(["b" * 1000] * 99000))`, "join: " + tooLarge},
		{`return len(("{0}" * 9000).format("b" * 9000))`, "format: " + tooLarge},
		{`return len(("%s" * 9000) % (("b" * 9000,) * 9000))`, tooLarge},
		{"x = 'a' * (30 << 20)\n  return len(x + x)", tooLarge},
		{"x = 'a' * (30 << 20)\n  x += x\n  return len(x)", tooLarge},
		{"x = [0] * 2000000\n  return len(x + x)", "the result may have more than 3000000 elements"},
		{"x = [0] * 2000000\n  x += x\n  return len(x)", "the result may have more than 3000000 elements"},
		{`return len(("a," * 9000000).split(","))`, "split: the result may have more than 3000000 elements"},
		{"x = [1]\n  for i in range(60):\n    x = [x, x]\n  return len(str(x))", "str: " + tooLarge},
		{"x = [1]\n  for i in range(60):\n    x = [x, x]\n  return len(repr(x))", "repr: " + tooLarge},
		{"x = [1]\n  for i in range(60):\n    x = [x, x]\n  return len('%s' % x)", tooLarge},
		{"x = [1]\n  for i in range(60):\n    x = [x, x]\n  return len('%s' % [x])", tooLarge},
		{"x = [1]\n  for i in range(60):\n    x = [x, x]\n  return len(json.encode(x))", "json.encode: " + tooLarge},
		{"x = [1]\n  for i in range(60):\n    x = [x, x]\n  return log(x)", "log: " + tooLarge},
		{"x = [1]\n  for i in range(60):\n    x = [x, x]\n  return print(x)", "print: " + tooLarge},
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

// What a script keeps ends it when it is too much, however fast it comes, and not much later.
func TestScriptTakesTooMuch(t *testing.T) {
	s := newStage()
	f := s.load(t, "def f():\n  all = []\n  for i in range(100):\n"+
		"    all.append(str(i) * (12 << 20))\n  return len(all)\n")
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	got := limited(t, f, new(caller), patience)
	runtime.ReadMemStats(&after)
	if !strings.Contains(got, errMemory.Error()) {
		t.Errorf("got %.200s", got)
	}
	if made := after.TotalAlloc - before.TotalAlloc; made > maxMemory*11/10 {
		t.Errorf("%d MiB were made, where %d are allowed", made>>20, maxMemory>>20)
	}
}
