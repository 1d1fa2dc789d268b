package term

import "testing"

func TestCheckKeys(t *testing.T) {
	for _, good := range [][2]string{
		{"ctrl-o", "ctrl-x ctrl-e"}, {"Alt-P", "Ctrl-R"}, {"pageup", "up"}, {"ctrl-alt-left", "home"},
		{"tab", "ctrl-n"},
	} {
		if err := CheckKeys(good[0], good[1]); err != nil {
			t.Errorf("%v: %v", good, err)
		}
	}
	for _, wrong := range [][2]string{
		{"ctrl-c", "ctrl-r"}, {"x", "ctrl-r"}, {"f1", "ctrl-r"}, {"ctrl-o", "ctrl-q"}, {"ctrl-", "up"}, {"alt-é", "up"},
	} {
		if CheckKeys(wrong[0], wrong[1]) == nil {
			t.Errorf("%v is taken", wrong)
		}
	}
}
