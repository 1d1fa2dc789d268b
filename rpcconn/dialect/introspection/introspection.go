package introspection

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"rpcsh/rpcconn"
	"rpcsh/rpcconn/catalog"
	"rpcsh/rpcconn/dialect"
	"rpcsh/rpcconn/jsontext"
	"rpcsh/rpcconn/schema"
)

// Source is the convention that came with XML-RPC (http://xmlrpc-c.sourceforge.net/introspection.html).
const Source catalog.Source = "system.listMethods"

const (
	methodListMethods       = string(Source)
	methodListNotifications = "system.listNotifications"
	methodSignature         = "system.methodSignature"
	methodHelp              = "system.methodHelp"
	methodAria2Version      = "aria2.getVersion"
)

// maxQuestions bounds how many methods are asked about one by one.
const maxQuestions = 200

func learn(ctx context.Context, p dialect.Peer, _ json.RawMessage) (*catalog.Learned, error) {
	answer, err := p.Call(ctx, methodListMethods, nil)
	if err != nil {
		return nil, err
	}
	learned, err := Read(answer)
	if err != nil {
		return nil, err
	}
	in := inquiry{p: p, learned: learned, listed: make(map[string]bool)}
	for _, m := range learned.Methods {
		in.listed[m.Name] = true
		in.system = in.system || strings.HasPrefix(m.Name, "system.")
	}
	parrot := false // which says the same whatever it is asked
	in.each(ctx, methodSignature, func(m *catalog.Method, signature json.RawMessage) {
		parrot = parrot || dialect.SaysTheSame(methodListMethods, answer, methodSignature, signature)
		readXMLRPCSignature(m, signature)
	})
	if parrot {
		return nil, dialect.ErrNotOffered
	}
	in.each(ctx, methodHelp, readMethodHelp)
	in.notifications(ctx)
	in.identity(ctx)
	return learned, nil
}

// An inquiry asks for more than the names. All of it is optional: a failure ends the inquiry, and what is known stays.
type inquiry struct {
	p       dialect.Peer
	learned *catalog.Learned
	listed  map[string]bool
	system  bool // the methods of introspection are among those listed
	ended   bool
}

// ask sends a question; ok is false if the peer does not list the method, or an earlier question ended it all.
func (in *inquiry) ask(ctx context.Context, method string, params json.RawMessage) (answer json.RawMessage, ok bool) {
	if in.ended || in.system && !in.listed[method] {
		return nil, false
	}
	answer, err := in.p.Call(ctx, method, params)
	if refused := new(rpcconn.Error); err != nil && !errors.As(err, &refused) {
		in.ended = true
		in.learned.Remarks = append(in.learned.Remarks, fmt.Sprintf("asking %s: %v", method, err))
	}
	return answer, err == nil
}

// each asks method about the peer's methods, one after the other, until one is not answered.
func (in *inquiry) each(ctx context.Context, method string, read func(*catalog.Method, json.RawMessage)) {
	for i := range in.learned.Methods {
		m := &in.learned.Methods[i]
		if i == maxQuestions {
			in.learned.Remarks = append(
				in.learned.Remarks,
				fmt.Sprintf("%s was asked about the first %d of %d methods", method, i, len(in.learned.Methods)),
			)
			return
		}
		answer, ok := in.ask(ctx, method, json.RawMessage("["+jsontext.Quote(m.Name)+"]"))
		if !ok {
			return
		}
		read(m, answer)
	}
}

func (in *inquiry) notifications(ctx context.Context) {
	answer, ok := in.ask(ctx, methodListNotifications, nil)
	if !ok {
		return
	}
	list, err := Read(answer)
	if err != nil {
		return
	}
	for _, m := range list.Methods {
		m.Ours, m.Kind = true, catalog.KindNotification
		in.learned.Methods = append(in.learned.Methods, m)
	}
}

// identity asks who the peer is where a name that it listed says how. An aria2 with a secret does not answer that.
func (in *inquiry) identity(ctx context.Context) {
	if !in.listed[methodAria2Version] {
		return
	}
	answer, ok := in.ask(ctx, methodAria2Version, nil)
	var v struct{ Version string }
	_ = json.Unmarshal(answer, &v) // the name alone will do
	in.learned.Peer = catalog.Identity{Name: "aria2", Version: v.Version}
	describeAria2(in.learned.Methods, !ok && !in.ended)
}

// Read reads what system.listMethods answers, an array of names. One without names, or with that of the question alone,
// is dialect.ErrNotOffered.
func Read(answer json.RawMessage) (*catalog.Learned, error) {
	var list []json.RawMessage
	if err := json.Unmarshal(answer, &list); err != nil || list == nil {
		return nil, fmt.Errorf("reading the answer to %s: it is not an array of names", methodListMethods)
	}
	learned := &catalog.Learned{Source: Source}
	unread := 0
	for _, raw := range list {
		var name string
		if json.Unmarshal(raw, &name) != nil || name == "" {
			unread++
			continue
		}
		learned.Methods = append(learned.Methods, catalog.Method{Name: name, Source: Source})
	}
	others := func(m catalog.Method) bool { return m.Name != methodListMethods }
	if !slices.ContainsFunc(learned.Methods, others) {
		return nil, dialect.ErrNotOffered
	}
	if unread > 0 {
		learned.Remarks = append(
			learned.Remarks, fmt.Sprintf("%d of %d names of methods could not be read", unread, len(list)),
		)
	}
	return learned, nil
}

// readXMLRPCSignature reads [[RESULT, PARAM, …], …] into m. Of several signatures the longest names the params; those
// that the shortest does not have are optional, and types are told where there is one signature.
func readXMLRPCSignature(m *catalog.Method, answer json.RawMessage) {
	var signatures [][]string
	if json.Unmarshal(answer, &signatures) != nil {
		return // "undef", if there is none
	}
	signatures = slices.DeleteFunc(signatures, func(s []string) bool { return len(s) == 0 })
	if len(signatures) == 0 {
		return
	}
	longest, shortest := signatures[0], len(signatures[0])
	for _, s := range signatures {
		if len(s) > len(longest) {
			longest = s
		}
		shortest = min(shortest, len(s))
	}
	m.Params, m.Structure = []catalog.Param{}, catalog.ByPosition
	for i, typ := range longest {
		p := catalog.Param{Name: fmt.Sprintf("arg%d", i), Required: i < shortest}
		if len(signatures) == 1 {
			p.Schema = schema.TypeWord(typ)
		}
		if i > 0 {
			m.Params = append(m.Params, p)
			continue
		}
		if p.Name = "result"; p.Schema != nil {
			m.Result = &p
		}
	}
}

func readMethodHelp(m *catalog.Method, answer json.RawMessage) {
	var help string
	if json.Unmarshal(answer, &help) == nil {
		m.Summary, m.Description = catalog.SplitDocumentation(help)
	}
}
