package shell

import "context"

// page shows text that may be longer than the screen of a person.
func (s *Shell) page(ctx context.Context, text string) error {
	if !s.interactive() {
		s.say("%s", text)
		return nil
	}
	s.screen.flush() // what was said before comes first
	return s.cfg.Terminal.Page(ctx, withLineBreak(text))
}
