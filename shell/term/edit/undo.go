package edit

// An Undo is what a line was before, and after what was undone. The zero value has nothing to undo.
type Undo struct {
	past, future  []Line
	typing        bool // the last change was a character behind others: one more is a part of it
	moved         bool // the line was just undone or redone: that is no change of its own
	joins, joined bool // what changes from now on is one change; something has changed since
}

// NoteVi is Note for vi's keys. The mode before the key and after it is normal mode or insert mode. What a command cuts
// is one change with what is typed in its place, up to the end of insert mode.
func (u *Undo) NoteVi(wasNormal, isNormal bool, before, after Line, typed bool) {
	if wasNormal && !isNormal {
		u.joins, u.joined = true, false
	}
	u.Note(before, after, typed)
	if !wasNormal && isNormal {
		u.joins, u.typing = false, false
	}
}

// maxUndo is how many changes can be undone.
const maxUndo = 200

// Note tells of a key that has made after of before. typed says that the key was text.
func (u *Undo) Note(before, after Line, typed bool) {
	moved := u.moved
	u.moved = false
	if moved || before.Text() == after.Text() {
		u.typing = u.typing && before == after // else the cursor has moved
		return
	}
	goesOn := typed && u.typing && before.Before != "" && !isBlank(before.Before[len(before.Before)-1])
	goesOn = goesOn || u.joins && u.joined
	u.joined = true
	if u.typing = typed; goesOn {
		return
	}
	u.future = nil
	if u.past = append(u.past, before); len(u.past) > maxUndo {
		u.past = u.past[len(u.past)-maxUndo:]
	}
}

// Back returns the line as it was before the last change that was not undone.
func (u *Undo) Back(l Line) Line { return u.move(l, &u.past, &u.future) }

// Forth takes back what Back did.
func (u *Undo) Forth(l Line) Line { return u.move(l, &u.future, &u.past) }

func (u *Undo) move(l Line, from, to *[]Line) Line {
	u.typing = false
	if len(*from) == 0 {
		return l
	}
	u.moved = true
	*to = append(*to, l)
	last := (*from)[len(*from)-1]
	*from = (*from)[:len(*from)-1]
	return last
}
