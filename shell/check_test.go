package shell_test

import (
	"strings"
	"testing"

	"rpcsh/rpcconn/dial"
)

// Params that do not fit are refused at once where the line runs later, too, as far as they can be seen: the line is
// in the editor again, with the cursor at the mistake.
func TestLaterLinesAreChecked(t *testing.T) {
	t.Parallel()
	s := startSession(t, dial.Config{Protocol: "jsonrpc"})
	s.run(".connect $PEER")
	s.run(".discover")
	s.run("two = echo two")
	for _, marked := range []string{
		".every 1h my_add 1 ▮two", ".every 1h .time my_add 1 ▮two", ".every 1h my_add 1 ▮$two[0]",
		".every 1h !my_add 1 ▮two", ".on connect my_add 1 ▮two",
	} {
		got := s.run(strings.Replace(marked, "▮", "", 1))
		s.mu.Lock()
		restored := s.restored
		s.mu.Unlock()
		const reason = "^ b is a string, a number is wanted (.call --anyway sends it)\n"
		if strings.TrimLeft(got, " ") != reason || restored != marked {
			t.Errorf("%s: %q, in the editor is %s", marked, got, restored)
		}
	}
	for _, line := range []string{".on tick my_add 1 $params", ".every 1h .call --anyway my_add 1 two"} {
		if got := s.run(line); !strings.Contains(got, " is handled by ") && !strings.Contains(got, " is run every ") {
			t.Errorf("%s: %q", line, got)
		}
	}
}
