package shell

import (
	"context"
	"fmt"
	"strconv"

	"rpcsh/completer"
	"rpcsh/shell/lang"
)

// nextRequest stands for the number of the request that is next.
const nextRequest = "next"

func replyCommands() []Command {
	return []Command{
		{
			Name: "reply", Group: groupServing, Usage: "N|next VALUE",
			Summary: "answer a request that .serve --ask had wait for you; N is its number, as the prompt and .pending show it",
			Help: "VALUE is what .print takes: JSON, text, $VARIABLE, @FILE; several are an array, named ones an object. A call that you wait " +
				"for goes to the background when a request comes. Without a person, .reply waits until request N has come.",
			Examples: []string{".reply 1 6", ".reply next $_", `.reply 2 {"roots":[]}`},
			Complete: completeParked,
			Run: func(ctx context.Context, s *Shell, args lang.Text) error {
				n, rest, err := s.requestNumber(ctx, args)
				if err != nil {
					return err
				}
				value, err := lang.ParseValue(rest, s.env(ctx))
				if err != nil {
					return err
				}
				return s.desk.Reply(n, value)
			},
		},
		{
			Name: "fail", Group: groupServing, Usage: "N|next CODE MESSAGE [DATA]",
			Summary:  "answer a request that waits for you with an error",
			Examples: []string{".fail 1 -32000 'no luck'", `.fail next -32602 "no such file" {"path":"x"}`},
			Complete: completeParked,
			Run: func(ctx context.Context, s *Shell, args lang.Text) error {
				n, rest, err := s.requestNumber(ctx, args)
				if err != nil {
					return err
				}
				e, rest, err := parseError(rest)
				if err != nil {
					return err
				}
				if err := noArguments(rest); err != nil {
					return err
				}
				return s.desk.Fail(n, e)
			},
		},
		{
			Name: "drop", Group: groupServing, Usage: "N|next",
			Summary:  "never answer a request that waits for you",
			Examples: []string{".drop 1"},
			Complete: completeParked,
			Run: func(ctx context.Context, s *Shell, args lang.Text) error {
				n, rest, err := s.requestNumber(ctx, args)
				if err != nil {
					return err
				}
				if err := noArguments(rest); err != nil {
					return err
				}
				if err := s.desk.Drop(n); err != nil {
					return err
				}
				s.report(fmt.Sprintf("request %d is never answered", n))
				return nil
			},
		},
	}
}

// requestNumber reads which request is meant. Without a person it waits for it, as long as a call waits.
func (s *Shell) requestNumber(ctx context.Context, args lang.Text) (n int, rest lang.Text, err error) {
	first, rest := word(args)
	if first.Text != nextRequest {
		if n, err = strconv.Atoi(first.Text); err != nil || n < 1 {
			return 0, rest, &lang.Error{Column: first.Column, Reason: "the number of a request belongs here, as .pending lists them, or next"}
		}
	}
	if !s.interactive() {
		ctx, _, cancel := s.settings().limited(ctx)
		defer cancel()
		s.desk.Await(ctx, n)
	}
	if n > 0 {
		return n, rest, nil
	}
	waiting := s.waitingForPerson()
	if len(waiting) == 0 {
		return 0, rest, &lang.Error{Column: first.Column, Reason: "no request waits for you"}
	}
	return waiting[0].Number, rest, nil
}

func completeParked(s *Shell, words []string) []completer.Candidate {
	if len(words) > 0 {
		return nil
	}
	var all []completer.Candidate
	for _, r := range s.waitingForPerson() {
		all = append(all, completer.Candidate{Text: strconv.Itoa(r.Number), Description: askedText(r.Request.Request) + " from " + at(r.Peer)})
	}
	if len(all) > 1 {
		all = append(all, completer.Candidate{Text: nextRequest, Description: "the " + s.settings().order + " (.set order)"})
	}
	return all
}
