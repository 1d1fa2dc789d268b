package redact

import "testing"

func TestInLine(t *testing.T) {
	for line, want := range map[string]bool{
		`login name=ada password="x y"`:                     true,
		`login {"password":"x"}`:                            true,
		`login token:=5`:                                    true,
		`.connect http://user:secret@127.0.0.1:9`:           true,
		`.connect -H 'Authorization: Bearer abc' http://x`:  true,
		`.connect http://user:${PW}@h:9`:                    false,
		`.connect -H 'Authorization: Bearer ${T}' http://x`: false,
		`login password=$pw`:                                false,
		`login {"password":$pw,"name":"ada"}`:               false,
		`login password=@file`:                              false,
		`count_tokens text=abc`:                             false,
		`.describe password`:                                false,
		`my_add 1 2`:                                        false,
		``:                                                  false,
	} {
		if got := InLine(line); got != want {
			t.Errorf("%s: %v, want %v", line, got, want)
		}
	}
}
