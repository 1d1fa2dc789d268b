package arguments_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"rpcsh/shell/arguments"
	"rpcsh/shell/lang"
)

// column is where what is read begins in its line.
const column = 10

func TestWords(t *testing.T) {
	for _, tt := range []struct{ text, words, quoted string }{
		{"", "", ""},
		{"a", "a@10", "a@10"},
		{"a  bc\td", "a@10 bc@13 d@16", "a@10 bc@13 d@16"},
		{`'a b' c`, `'a@10 b'@13 c@16`, `'a b'@10 c@16`},
		{`"a \" b" c`, `"a@10 \"@13 b"@16 c@19`, `"a \" b"@10 c@19`},
		{`"a b`, `"a@10 b@13`, `"a@10 b@13`},
		{`'a`, `'a@10`, `'a@10`},
		{`x='a b'`, `x='a@10 b'@15`, `x='a@10 b'@15`},
	} {
		all := func(next func(*arguments.Args) lang.Text) string {
			var found []string
			for a := arguments.Read(lang.Text{Text: tt.text, Column: column}); !a.Empty(); {
				word := next(a)
				found = append(found, fmt.Sprintf("%s@%d", word.Text, word.Column))
			}
			return strings.Join(found, " ")
		}
		if got := all((*arguments.Args).Word); got != tt.words {
			t.Errorf("%s: the words are %s, want %s", tt.text, got, tt.words)
		}
		if got := all((*arguments.Args).Quoted); got != tt.quoted {
			t.Errorf("%s: the words with quotes are %s, want %s", tt.text, got, tt.quoted)
		}
	}
}

func TestFlags(t *testing.T) {
	var given []string
	flags := arguments.Flags{Command: ".test", Hint: "!", All: []arguments.Flag{
		arguments.Switch("-v", "", func() { given = append(given, "v") }),
		arguments.NewFlag("--wait", "D", "", func(name lang.Text, a *arguments.Args) error {
			var d time.Duration
			err := arguments.Duration(&d, a.Word())
			given = append(given, fmt.Sprintf("wait@%d=%s", name.Column, d))
			return err
		}),
	}}
	for _, tt := range []struct {
		text    string
		leading string // the flags that stand first, and what is left
		among   string // the flags wherever they stand, and the words
	}{
		{"", "|", "|"},
		{"a -v b", "|a -v b", "v|a b"},
		{"-v --wait 2 a", "v wait@13=2s|a", "v wait@13=2s|a"},
		{"a --wait 1m -v", "|a --wait 1m -v", "wait@12=1m0s v|a"},
		{"--wait x", `wait@10=0s|17: "x" is not a duration: write 500ms, 2s or 1m`,
			`wait@10=0s|17: "x" is not a duration: write 500ms, 2s or 1m`},
		{
			"--nosuch", "|10: there is no --nosuch: .test has -v and --wait!",
			"|10: there is no --nosuch: .test has -v and --wait!",
		},
		{"-x -- --wait", "|-x -- --wait", `wait@16=0s|22: a duration belongs here, such as 500ms, 2s or 1m`},
	} {
		result := func(rest string, err error) string {
			defer func() { given = nil }()
			var mistake *lang.Error
			if errors.As(err, &mistake) {
				rest = fmt.Sprintf("%d: %s", mistake.Column, mistake.Reason)
			}
			return strings.Join(given, " ") + "|" + rest
		}
		a := arguments.Read(lang.Text{Text: tt.text, Column: column})
		err := flags.Leading(a)
		if got := result(a.Rest.Text, err); got != tt.leading {
			t.Errorf("%s: leading are %s, want %s", tt.text, got, tt.leading)
		}
		words, err := flags.Among(arguments.Read(lang.Text{Text: tt.text, Column: column}))
		var texts []string
		for _, w := range words {
			texts = append(texts, w.Text)
		}
		if got := result(strings.Join(texts, " "), err); got != tt.among {
			t.Errorf("%s: among are %s, want %s", tt.text, got, tt.among)
		}
	}
}

func TestError(t *testing.T) {
	for text, want := range map[string]string{
		"-32000 x":              `-32000 x  | `,
		"1 'no luck' {\"a\":1}": `1 no luck {"a":1} | `,
		"1 x [1, 2] --drop":     `1 x [1, 2] | --drop`,
		"1 x --drop":            `1 x  | --drop`,
		"1 x text rest":         `1 x "text" | rest`,
		"1 x 'two words'":       `1 x "two words" | `,
		"x":                     `10: an error code belongs here, such as -32000`,
		"1":                     `11: a message belongs here, in quotes where it has blanks`,
		"1 --drop":              `12: a message belongs here, in quotes where it has blanks`,
		"1 x {}0":               `16: a blank belongs after the data`,
		"1 x {":                 `14: the data is not JSON: `,
	} {
		a := arguments.Read(lang.Text{Text: text, Column: column})
		e, err := arguments.Error(a)
		var got string
		var mistake *lang.Error
		if errors.As(err, &mistake) {
			got = fmt.Sprintf("%d: %s", mistake.Column, mistake.Reason)
		} else {
			got = fmt.Sprintf("%d %s %s | %s", e.Code, e.Message, e.Data, a.Rest.Text)
		}
		if !strings.HasPrefix(got, want) {
			t.Errorf("%s: got %s, want %s", text, got, want)
		}
	}
}
