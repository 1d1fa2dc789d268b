package shape

import (
	"encoding/json"
	"strconv"
	"strings"

	"rpcsh/rpcconn/jsontext"
	"rpcsh/shell/columns"
)

// The guides of a tree.
const (
	guideItem = "├─ "
	guideLast = "└─ "
	guideOn   = "│  "
	guideNone = "   "
)

// Tree returns a value as a tree: a line for each value that is not made of others, behind the names of its parents. A
// container of such values is one line where it has room in width columns; text with line breaks is as many lines, and
// bytes are a hexdump.
func (s Style) Tree(value json.RawMessage, width int) string {
	if jsontext.Valid(value) != nil {
		return s.Visible(string(value))
	}
	t := &treeWriter{Style: s, width: width}
	switch {
	case isRecord(value), jsontext.FirstByte(value) == '[' && !t.fits("", value):
		t.children("", value)
	default:
		t.leaf("", "", value)
	}
	return strings.TrimSuffix(t.String(), "\n")
}

type treeWriter struct {
	Style
	strings.Builder
	width int
}

// children writes the parts of a container, each line behind guides.
func (t *treeWriter) children(guides string, container []byte) {
	members := jsontext.Members(container)
	if jsontext.FirstByte(container) == '[' {
		members = nil
		for i, value := range jsontext.Elements(container) {
			members = append(members, jsontext.Member{Name: strconv.Itoa(i), Value: value})
		}
	}
	for i, m := range members {
		item, below := guideItem, guideOn
		if i == len(members)-1 {
			item, below = guideLast, guideNone
		}
		name := t.Visible(m.Name)
		head := guides + item + name + ": "
		switch {
		case isContainer(m.Value) && !isWrapper(m.Value) && !t.fits(head, m.Value):
			t.line(guides+item, t.Key(name))
			t.children(guides+below, m.Value)
		default:
			t.WriteString(t.Dim(guides+item) + t.Key(name) + ":")
			t.leaf(head, guides+below, m.Value)
		}
	}
	if len(members) == 0 {
		t.line(guides, t.JSON(container))
	}
}

// fits reports whether a container is shown on one line, behind head: it is short, and not made of other containers.
func (t *treeWriter) fits(head string, container []byte) bool {
	if len(container) > 8*t.width {
		return false
	}
	for _, value := range jsontext.Index(container) {
		if isContainer(value) && len(value) > len("{}") || isText(value) {
			return false
		}
	}
	return columns.Width(head)+columns.Width(t.JSON(container)) <= t.width
}

// leaf writes a value that is shown as a whole, of which head, but for its blank, stands on the line already. What
// follows on other lines stands behind guides.
func (t *treeWriter) leaf(head, guides string, value []byte) {
	if binary, ok := BinaryOf(value); ok {
		most := 16 // rows of a hexdump within something else
		if head == "" || t.Whole {
			most = 0
		}
		t.block(head, guides, binary.Rows(t.width-columns.Width(guides), most))
		return
	}
	if isText(value) {
		text, _ := jsontext.Unquote(value) // it is a string
		rows := strings.Split(strings.TrimRight(text, "\n"), "\n")
		for i, row := range rows {
			rows[i] = t.Str(t.Visible(row))
		}
		t.block(head, guides, rows)
		return
	}
	if head != "" {
		t.WriteByte(' ')
	}
	t.WriteString(t.Paint(t.JSON(value)) + "\n")
}

// isText reports whether a value is text of several lines.
func isText(value []byte) bool {
	if jsontext.FirstByte(value) != '"' {
		return false
	}
	text, err := jsontext.Unquote(value)
	return err == nil && strings.Contains(strings.TrimSpace(text), "\n")
}

// block writes rows, below the line that head stands on if it does.
func (t *treeWriter) block(head, guides string, rows []string) {
	if head != "" {
		t.WriteString("\n")
	}
	for _, row := range rows {
		t.line(guides, row)
	}
}

// line writes text behind guides.
func (t *treeWriter) line(guides, text string) { t.WriteString(t.Dim(guides) + text + "\n") }
