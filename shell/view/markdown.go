package view

import (
	"html"
	"strings"
	"unicode"
	"unicode/utf8"

	"rpcsh/shell/columns"
	"rpcsh/shell/human"
)

// maxMarkdown is how many bytes of a text are laid out.
const maxMarkdown = 32 << 10

// Markdown lays out the subset of Markdown that documentation comments use, in lines of at most width columns, if words
// allow it. Other text stays as it is, with the lines of a paragraph joined. The result is visible text.
func Markdown(text string, width int, colors *Palette) string {
	total := len(text)
	text = Prefix(text, maxMarkdown)
	text = strings.NewReplacer("\r\n", "\n", "\t", "    ").Replace(text)
	m := &markdownLayout{width: width, colors: colors}
	for line := range strings.SplitSeq(VisibleLines(strings.Trim(text, "\n")), "\n") {
		m.line(line)
	}
	m.endParagraph()
	if total > maxMarkdown {
		m.lines = append(m.lines, "… ("+human.Size(total)+" in all)")
	}
	return strings.Trim(strings.Join(m.lines, "\n"), "\n")
}

// A markdownLayout is the state of laying out a text, line by line.
type markdownLayout struct {
	width     int
	colors    *Palette
	lines     []string
	fence     string   // ends the current code block; "": there is none
	paragraph []string // lines of the current paragraph
	first     string   // before its first line
	indent    string   // before its other lines
}

// line takes the next line of the text.
func (m *markdownLayout) line(line string) {
	trimmed := strings.TrimSpace(line)
	inner := len(line) - len(strings.TrimLeft(line, " "))
	marker, item := cutListMarker(trimmed)
	switch {
	case m.fence != "":
		if strings.HasPrefix(trimmed, m.fence) {
			m.fence = ""
			return
		}
		m.lines = append(m.lines, "    "+line)
	case strings.HasPrefix(trimmed, "```"), strings.HasPrefix(trimmed, "~~~"):
		m.endParagraph()
		m.fence = trimmed[:3]
	case trimmed == "":
		m.endParagraph()
		m.lines = append(m.lines, "")
	case isHeading(trimmed):
		m.endParagraph()
		words := spans(strings.TrimSpace(strings.Trim(trimmed, "#")), NewPalette(false))
		m.lines = append(m.lines, m.colors.Bold(strings.Join(words, " ")))
	case strings.Trim(trimmed, "-*_ ") == "" && len(trimmed) >= 3:
		m.endParagraph()
		m.lines = append(m.lines, m.colors.Dim(strings.Repeat("─", min(m.width, 20))))
	case marker != "":
		m.endParagraph()
		m.first = strings.Repeat(" ", min(inner, 8)) + marker + " "
		m.indent = strings.Repeat(" ", columns.Width(m.first))
		m.paragraph = append(m.paragraph, item)
	case trimmed[0] == '>':
		m.endParagraph()
		m.first, m.indent = "│ ", "│ "
		m.paragraph = append(m.paragraph, strings.TrimSpace(trimmed[1:]))
	case trimmed[0] == '|', inner >= 4 && len(m.paragraph) == 0:
		m.endParagraph()
		m.lines = append(m.lines, line)
	default:
		if trimmed[0] == ':' || trimmed[0] == '@' { // :param x: …, @param x …
			m.endParagraph()
		}
		m.paragraph = append(m.paragraph, trimmed)
		if strings.HasSuffix(line, "  ") || strings.HasSuffix(line, `\`) {
			m.endParagraph()
		}
	}
}

// endParagraph lays out the current paragraph, if there is one.
func (m *markdownLayout) endParagraph() {
	if len(m.paragraph) > 0 {
		text := strings.TrimSuffix(strings.Join(m.paragraph, " "), `\`)
		m.lines = append(m.lines, columns.Fill(spans(text, m.colors), m.width, m.first, m.indent)...)
	}
	m.paragraph, m.first, m.indent = nil, "", ""
}

// isHeading reports whether line is a heading: # to ######, a blank, and text.
func isHeading(line string) bool {
	n := len(line) - len(strings.TrimLeft(line, "#"))
	return n > 0 && n <= 6 && n < len(line) && line[n] == ' '
}

// cutListMarker splits the item of a list into the marker to be shown and the item's text. Both are "" if line is not
// an item.
func cutListMarker(line string) (marker, item string) {
	marker, item, found := strings.Cut(line, " ")
	switch number := strings.TrimRight(marker, ".)"); {
	case !found:
		return "", ""
	case marker == "-" || marker == "*" || marker == "+":
		return "•", strings.TrimSpace(item)
	case number != "" && len(number) == len(marker)-1 && strings.Trim(number, "0123456789") == "":
		return marker, strings.TrimSpace(item)
	}
	return "", ""
}

// spans returns the words of text, with emphasis, code and links rendered.
func spans(text string, colors *Palette) []string {
	var s spanReader
	plain := func(text string) string { return text }
	for i := 0; i < len(text); {
		rest := text[i:]
		content, n, paint := "", 0, plain
		switch c := rest[0]; {
		case c == '\\' && len(rest) > 1 && strings.IndexByte("\\`*_{}[]()<>#+-.!|~", rest[1]) >= 0:
			content, n = rest[1:2], 2
		case c == '`':
			ticks := rest[:len(rest)-len(strings.TrimLeft(rest, "`"))]
			if content, n = between(rest, ticks, ticks); n > 0 {
				content, paint = strings.TrimSpace(content), colors.Number
			}
		case strings.HasPrefix(rest, "**"), strings.HasPrefix(rest, "__") && !s.inWord(text, i):
			content, n = emphasis(rest, rest[:2])
			paint = colors.Bold
		case c == '*', c == '_' && !s.inWord(text, i):
			content, n = emphasis(rest, rest[:1])
			paint = colors.Bold
		case c == '!' && strings.HasPrefix(rest, "!["):
			if content, n = link(rest[1:]); n > 0 {
				n++
			}
		case c == '[':
			content, n = link(rest)
		case c == '<':
			content, n = between(rest, "<", ">")
			if !strings.Contains(content, "://") || strings.Contains(content, " ") {
				n = 0
			}
		case c == '&':
			if end := strings.IndexByte(rest[:min(len(rest), 10)], ';'); end > 0 {
				content, n = Visible(html.UnescapeString(rest[:end+1])), end+1
			}
		}
		if n == 0 {
			n = 1
			for i+n < len(text) && strings.IndexByte("\\`*_![<&", text[i+n]) < 0 {
				n++
			}
			if rest[0] == '`' || rest[0] == '*' || rest[0] == '_' { // it opens nothing: take the whole run of them
				n = max(1, len(rest)-len(strings.TrimLeft(rest, rest[:1])))
			}
			content, paint = rest[:n], plain
		}
		s.add(content, paint)
		i += n
	}
	return s.end()
}

// between returns what is between opening and closing at the beginning of text, and the length of all three, or 0 if
// text does not begin like that.
func between(text, opening, closing string) (content string, n int) {
	i := strings.Index(text[len(opening):], closing)
	if i <= 0 {
		return "", 0
	}
	return text[len(opening) : len(opening)+i], len(opening) + i + len(closing)
}

// emphasis is between, for a mark that has to stand at the border of a word.
func emphasis(text, mark string) (content string, n int) {
	content, n = between(text, mark, mark)
	if n == 0 || strings.TrimSpace(content) != content {
		return "", 0
	}
	if next, _ := utf8.DecodeRuneInString(text[n:]); mark[0] == '_' && isWordRune(next) {
		return "", 0
	}
	return content, n
}

// link renders [text](address): the text, and the address if it is a URL other than the text.
func link(text string) (content string, n int) {
	label, n := between(text, "[", "](")
	if n == 0 {
		return "", 0
	}
	end := strings.IndexByte(text[n:], ')')
	if end < 0 {
		return "", 0
	}
	address, _, _ := strings.Cut(text[n:n+end], " ")
	if strings.Contains(address, "://") && address != label {
		label += " (" + address + ")"
	}
	return strings.Trim(label, "`"), n + end + 1
}

func isWordRune(r rune) bool {
	return r != utf8.RuneError && (unicode.IsLetter(r) || unicode.IsDigit(r) || r == '_')
}

// A spanReader collects words whose parts have different colours.
type spanReader struct {
	words []string
	word  strings.Builder
}

// inWord reports whether the character before byte i of text belongs to a word.
func (s *spanReader) inWord(text string, i int) bool {
	r, _ := utf8.DecodeLastRuneInString(text[:i])
	return isWordRune(r)
}

// add adds text, with each word painted.
func (s *spanReader) add(text string, paint func(string) string) {
	for i, part := range strings.Split(text, " ") {
		if i > 0 {
			s.endWord()
		}
		if part != "" {
			s.word.WriteString(paint(part))
		}
	}
}

func (s *spanReader) endWord() {
	if s.word.Len() > 0 {
		s.words = append(s.words, s.word.String())
		s.word.Reset()
	}
}

func (s *spanReader) end() []string {
	s.endWord()
	return s.words
}
