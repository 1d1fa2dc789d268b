package bsonrpc

import (
	"errors"
	"fmt"
	"math/bits"
	"strconv"
	"strings"
)

// A decimal128 has a sign, 34 digits, and an exponent within bounds.
const (
	decimalDigits       = 34
	minDecimalExponent  = -6176
	maxDecimalExponent  = 6111
	decimalExponentBits = 49 // where the exponent begins in the upper half
	decimalSign         = 1 << 63
	decimalInfinity     = 0x1e << 58
	decimalNaN          = 0x1f << 58
)

// maxDecimalText is longer than any decimal128 need be without an exponent, and short enough to read quickly.
const maxDecimalText = 7000

var errNoDecimal = errors.New("want a number such as 1.10, -2E+3, NaN or Infinity")

// parseDecimal returns the halves of the decimal128 that text is. What would have to be rounded is none. The driver
// does likewise, but takes longer to be initialized, with each start of a program, than all of ours together.
func parseDecimal(text string) (high, low uint64, err error) {
	if len(text) > maxDecimalText {
		return 0, 0, fmt.Errorf("too many digits, a decimal128 has %d", decimalDigits)
	}
	text, negative := strings.CutPrefix(text, "-")
	if !negative {
		text = strings.TrimPrefix(text, "+")
	}
	switch strings.ToLower(text) {
	case "nan":
		return decimalNaN, 0, nil
	case "inf", "infinity":
		high = decimalInfinity
	default:
		if high, low, err = parseDigits(text); err != nil {
			return 0, 0, err
		}
	}
	if negative {
		high |= decimalSign
	}
	return high, low, nil
}

// parseDigits is parseDecimal of a number without a sign.
func parseDigits(text string) (high, low uint64, err error) {
	exponent := 0
	if at := strings.IndexAny(text, "eE"); at >= 0 {
		if exponent, err = strconv.Atoi(text[at+1:]); err != nil {
			return 0, 0, errNoDecimal
		}
		exponent = min(max(exponent, -1<<20), 1<<20) // beyond all bounds
		text = text[:at]
	}
	whole, fraction, _ := strings.Cut(text, ".")
	digits := whole + fraction
	if digits == "" || strings.Trim(digits, "0123456789") != "" {
		return 0, 0, errNoDecimal
	}
	exponent -= len(fraction)
	digits = strings.TrimLeft(digits, "0")
	for ; len(digits) > decimalDigits || digits != "" && exponent < minDecimalExponent; exponent++ {
		var exact bool
		if digits, exact = strings.CutSuffix(digits, "0"); !exact {
			return 0, 0, fmt.Errorf("a decimal128 has %d digits and an exponent of at least %d, and this has more",
				decimalDigits, minDecimalExponent)
		}
	}
	if digits == "" {
		exponent = min(max(exponent, minDecimalExponent), maxDecimalExponent)
	}
	for ; exponent > maxDecimalExponent; exponent-- {
		if digits += "0"; len(digits) > decimalDigits {
			return 0, 0, fmt.Errorf("the exponent of a decimal128 is at most %d", maxDecimalExponent)
		}
	}
	for _, digit := range digits {
		var carry uint64
		overflow, shifted := bits.Mul64(low, 10)
		low, carry = bits.Add64(shifted, uint64(digit-'0'), 0)
		high = high*10 + overflow + carry
	}
	return high | uint64(exponent-minDecimalExponent)<<decimalExponentBits, low, nil
}
