package jsontext

import (
	"math"
	"strconv"
)

// maxDigits is how many digits surely fit in an int64.
const maxDigits = 18

// Int returns the integer that text, a JSON number, is; ok is false if it has a fraction, an exponent or more than 18
// digits.
func Int(text []byte) (n int64, ok bool) {
	digits := text
	if len(text) > 0 && text[0] == '-' {
		digits = text[1:]
	}
	if len(digits) == 0 || len(digits) > maxDigits {
		return 0, false
	}
	for _, c := range digits {
		if !isDigit(c) {
			return 0, false
		}
		n = n*10 + int64(c-'0')
	}
	if len(digits) < len(text) {
		n = -n
	}
	return n, true
}

// AppendFloat appends f, a finite number of that many bits, in the fewest digits that say it, and so that it is not
// taken for an integer: with a fraction or an exponent.
func AppendFloat(dst []byte, f float64, bits int) []byte {
	if hundreds := f * 100; bits == 64 && f != 0 && math.Abs(hundreds) < 1e15 && hundreds == math.Trunc(hundreds) &&
		hundreds/100 == f {
		return appendHundreds(dst, int64(hundreds)) // no two numbers of 15 digits are the same float
	}
	if abs := math.Abs(f); abs != 0 && (abs < 1e-6 || abs >= 1e21) {
		return strconv.AppendFloat(dst, f, 'e', -1, bits)
	}
	dst = strconv.AppendFloat(dst, f, 'f', -1, bits)
	if f == math.Trunc(f) {
		dst = append(dst, ".0"...)
	}
	return dst
}

// appendHundreds appends n/100.
func appendHundreds(dst []byte, n int64) []byte {
	if n < 0 {
		dst, n = append(dst, '-'), -n
	}
	dst = append(strconv.AppendInt(dst, n/100, 10), '.', '0'+byte(n/10%10))
	if last := n % 10; last != 0 {
		dst = append(dst, '0'+byte(last))
	}
	return dst
}
