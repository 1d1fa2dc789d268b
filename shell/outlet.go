package shell

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"sync"

	"rpcsh/rpcconn/plain"
	"rpcsh/shell/human"
	"rpcsh/shell/lang"
	"rpcsh/shell/session"
	"rpcsh/shell/view"
)

// checkOutlet finds out before anything is sent whether the outlet of a statement can take its result.
func checkOutlet(ctx context.Context, st *lang.Statement) error {
	o := st.Outlet
	switch {
	case o == nil:
		return nil
	case o.Command && session.HookOf(ctx) != nil:
		return &lang.Error{Column: o.Column, Reason: "a command is for lines that are typed, not for those of .on"}
	case o.Command:
		return nil
	}
	_, err := os.Stat(o.To)
	made := errors.Is(err, os.ErrNotExist)
	f, err := os.OpenFile(o.To, os.O_WRONLY|os.O_CREATE|os.O_APPEND, 0o666)
	if err != nil {
		return &lang.Error{Column: o.Column, Reason: fmt.Sprintf("writing to %s: %v", o.To, plain.Reason(err))}
	}
	if err = f.Close(); made {
		err = errors.Join(err, os.Remove(o.To))
	}
	return err
}

// begunFiles are the files that a line which is run more than once has begun to write to.
type begunFiles struct {
	mu    sync.Mutex // protects what follows
	paths map[string]bool
}

// write writes texts to the file of an outlet, behind what the line has written there, and returns how many bytes.
func (b *begunFiles) write(o *lang.Outlet, texts []string) (size int, err error) {
	if b == nil {
		return write(o, texts, o.Append)
	}
	b.mu.Lock() // calls in the background come to their ends at the same time
	defer b.mu.Unlock()
	size, err = write(o, texts, o.Append || b.paths[o.To])
	if b.paths == nil {
		b.paths = make(map[string]bool)
	}
	b.paths[o.To] = b.paths[o.To] || err == nil
	return size, err
}

// begunKey is the key of the *begunFiles of a line, nil where it is run once.
type begunKey struct{}

// isRepeated returns a context for all runs of one line: > FILE begins the file at the first, and the others go on.
func isRepeated(ctx context.Context) context.Context {
	if begun, _ := ctx.Value(begunKey{}).(*begunFiles); begun != nil { // so is the line that repeats it
		return ctx
	}
	return context.WithValue(ctx, begunKey{}, new(begunFiles))
}

// isOneOfMany returns a context for lines that are not what is repeated, though the line that runs them may be.
func isOneOfMany(ctx context.Context) context.Context {
	return context.WithValue(ctx, begunKey{}, (*begunFiles)(nil))
}

// deliver gives values to the outlet of a job.
func (r *runner) deliver(ctx context.Context, j *job, values []json.RawMessage) error {
	o := j.Outlet
	texts := r.plain(j, values)
	if o.Command {
		return r.pipeTo(ctx, o.To, strings.Join(texts, ""))
	}
	size, err := j.begun.write(o, texts)
	if err != nil {
		return fmt.Errorf("writing to %s: %w", o.To, plain.Reason(err))
	}
	r.view.Report(human.Size(size) + " → " + view.Visible(o.To))
	return nil
}

// plain returns values as an outlet gets them: JSON or, where the line asks for a shape, in that.
func (r *runner) plain(j *job, values []json.RawMessage) (texts []string) {
	if j.shaping.As != "" {
		return []string{r.view.Shaped(values, j.shaping) + "\n"}
	}
	for _, value := range values {
		texts = append(texts, r.view.Plain(value, j.Outlet.Command)+"\n")
	}
	return texts
}

// write writes texts to the file of an outlet, behind what it holds or in its place, and returns how many bytes.
func write(o *lang.Outlet, texts []string, behind bool) (size int, err error) {
	how := os.O_TRUNC
	if behind {
		how = os.O_APPEND
	}
	f, err := os.OpenFile(o.To, os.O_WRONLY|os.O_CREATE|how, 0o666)
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	for _, text := range texts {
		n, err := io.WriteString(f, text)
		if size += n; err != nil {
			return size, err
		}
	}
	return size, nil
}
