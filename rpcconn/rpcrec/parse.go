package rpcrec

import (
	"encoding/base64"
	"errors"
	"math"
	"slices"
	"strconv"
	"time"

	"rpcsh/rpcconn/jsontext"
)

// errMember says that a member of a record is not as it should be.
type errMember string

func (e errMember) Error() string { return string(e) }

// fields are the texts of the members that make up a record, as they stand in its line.
type fields struct{ t, c, d, m, s, b, e, x, n, r, f, k, o []byte }

// take is for jsontext.Object. Unknown keys, and null, are as if they were not there.
func (f *fields) take(key, value []byte) error {
	if len(key) != 1 || string(value) == "null" && key[0] != 'm' {
		return nil
	}
	switch key[0] {
	case 't':
		f.t = value
	case 'c':
		f.c = value
	case 'd':
		f.d = value
	case 'm':
		f.m = value
	case 's':
		f.s = value
	case 'b':
		f.b = value
	case 'e':
		f.e = value
	case 'x':
		f.x = value
	case 'n':
		f.n = value
	case 'r':
		f.r = value
	case 'f':
		f.f = value
	case 'k':
		f.k = value
	case 'o':
		f.o = value
	}
	return nil
}

// parse reads a line into r.record, and returns what is wrong with it, nil for nothing. Its Cut says that the line ends
// too early.
func (r *Reader) parse(line []byte) *LineError {
	r.fields = fields{}
	end, err := jsontext.Object(line, r.member)
	if err == nil {
		err = jsontext.End(line, end)
	}
	if err == nil {
		err = r.fill(&r.fields)
	}
	switch {
	case err == jsontext.ErrIncomplete:
		return &LineError{Line: r.line, Reason: "it ends in the middle", Cut: true}
	case err != nil:
		return &LineError{Line: r.line, Reason: reason(err)}
	}
	return nil
}

func reason(err error) string {
	var syntax *jsontext.SyntaxError
	if errors.As(err, &syntax) {
		return "column " + strconv.Itoa(syntax.Offset+1) + ": " + syntax.Reason
	}
	return err.Error()
}

// fill makes r.record of the members of a line.
func (r *Reader) fill(f *fields) (err error) {
	rec := &r.record
	*rec = Record{Part: rec.Part}
	if rec.At, err = readTime(f.t); err != nil {
		return err
	}
	conn, err := readCount(f.c, "c, the connection,")
	if err != nil {
		return err
	}
	if rec.Conn = int(conn); int64(rec.Conn) != conn {
		return errMember("c, the connection, is too large")
	}
	if f.e != nil {
		return rec.fillEvent(f)
	}
	switch rec.Dir = direction(f.d); {
	case rec.Dir == noSide && f.d == nil:
		return errMember(`d, the direction, is missing: "<", ">", "a>b" or "b>a"`)
	case rec.Dir == noSide:
		return errMember(`d, the direction, is none of "<", ">", "a>b" and "b>a"`)
	}
	if rec.Data, err = readData(r.scratch[:0], f); err != nil {
		return err
	}
	if f.b != nil {
		r.scratch = rec.Data
	}
	if rec.Data == nil {
		return errMember("it has none of m, s, b and e")
	}
	if f.b != nil {
		rec.Readable = f.m
	}
	return rec.fillMessage(f)
}

func (rec *Record) fillEvent(f *fields) error {
	if rec.Event = jsontext.Text(f.e); rec.Event == "" {
		return errMember("e, the event, is no name")
	}
	if f.x != nil && f.x[0] != '{' {
		return errMember("x, the details, is no object")
	}
	rec.Details = f.x
	return nil
}

// fillMessage reads what is told of a message beside its bytes.
func (rec *Record) fillMessage(f *fields) (err error) {
	if rec.Length, err = readCount(f.n, "n, the length,"); err != nil {
		return err
	}
	if !rec.IsCut() {
		rec.Length = 0
	}
	redacted, err := readCount(f.r, "r, how many values are masked,")
	if err != nil {
		return err
	}
	rec.Redacted = int(min(redacted, math.MaxInt32))
	if f.f == nil && f.k == nil && f.o == nil {
		return nil
	}
	rec.Fault, rec.Kind = jsontext.Text(f.f), jsontext.Text(f.k)
	if f.o == nil {
		return nil
	}
	var o fields
	if _, err := jsontext.Object(f.o, o.take); err != nil {
		return errMember("o, the original, is no object")
	}
	if rec.Original, err = readData(nil, &o); err == nil && rec.Original == nil {
		err = errMember("o, the original, has none of m, s and b")
	}
	return err
}

func direction(text []byte) Direction {
	switch string(text) {
	case `"<"`, `"\u003c"`:
		return In
	case `">"`, `"\u003e"`:
		return Out
	case `"a>b"`, `"a\u003eb"`:
		return AToB
	case `"b>a"`, `"b\u003ea"`:
		return BToA
	}
	return noSide
}

// readData returns the bytes of a message in whichever form it has; nil: in none. Those of b are put into scratch.
func readData(scratch []byte, f *fields) ([]byte, error) {
	switch {
	case f.b != nil:
		text, err := jsontext.Unquote(f.b)
		if err != nil {
			return nil, errMember("b is no base64")
		}
		data, err := base64.StdEncoding.AppendDecode(slices.Grow(scratch, 1), []byte(text))
		if err != nil {
			return nil, errMember("b is no base64")
		}
		return data, nil
	case f.s != nil:
		text, err := jsontext.Unquote(f.s)
		if err != nil {
			return nil, errMember("s is no string")
		}
		return []byte(text), nil
	}
	return f.m, nil
}

// readTime reads seconds, down to the microsecond.
func readTime(text []byte) (time.Duration, error) {
	const missing, wrong = errMember("t, the time, is missing"), errMember("t, the time, is no number of seconds")
	if text == nil {
		return 0, missing
	}
	if d, ok := readDecimal(text); ok {
		return d, nil
	}
	seconds, err := strconv.ParseFloat(string(text), 64)
	if err != nil || math.Abs(seconds) >= maxSeconds {
		return 0, wrong
	}
	return time.Duration(math.Round(seconds*1e6)) * time.Microsecond, nil
}

// maxSeconds is more than a time can have.
const maxSeconds = math.MaxInt64 / 1_000_000_000

// readDecimal reads a number without an exponent, as recordings have it.
func readDecimal(text []byte) (d time.Duration, ok bool) {
	digits := text
	if text[0] == '-' {
		digits = text[1:]
	}
	var whole, micros int64
	i := 0
	for ; i < len(digits) && i < 12 && '0' <= digits[i] && digits[i] <= '9'; i++ {
		whole = whole*10 + int64(digits[i]-'0')
	}
	if i == 0 || whole >= maxSeconds || i < len(digits) && digits[i] != '.' {
		return 0, false
	}
	scale := int64(100_000)
	for i++; i < len(digits) && '0' <= digits[i] && digits[i] <= '9'; i++ {
		micros += int64(digits[i]-'0') * scale
		scale /= 10
	}
	if d = time.Duration(whole)*time.Second + time.Duration(micros)*time.Microsecond; text[0] == '-' {
		d = -d
	}
	return d, i >= len(digits)
}

// readCount reads a number that counts something; 0: there is none.
func readCount(text []byte, what string) (int64, error) {
	if text == nil {
		return 0, nil
	}
	n, err := strconv.ParseInt(string(text), 10, 64)
	if err != nil || n < 0 {
		return 0, errMember(what + " is no whole number")
	}
	return n, nil
}
