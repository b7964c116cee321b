package dataset

import (
	"math"
	"math/big"
	"strconv"
	"time"
	"unicode/utf8"

	"github.com/parquet-go/parquet-go"
	"github.com/parquet-go/parquet-go/format"

	"github.com/anchorwatch/anchorwatch/detectors/profile"
)

// parquetCell is a value of a Parquet file as a column of a dataset has it.
type parquetCell struct {
	kind   cellKind
	number float64
	text   []byte          // of a text, and of a number that is more than its value
	at     profile.Instant // of a date or timestamp, which is a text beside that
	timed  bool
}

// spelled returns the cell as a CSV table would have it; empty if it is missing.
func (c *parquetCell) spelled() string {
	switch {
	case c.text != nil:
		return string(c.text)
	case c.kind == truth:
		return strconv.FormatBool(c.number != 0)
	case c.kind == number:
		return strconv.FormatFloat(c.number+0, 'f', -1, 64)
	}
	return ""
}

// moment reads the cell as a time; numbers are in the given unit, see parseTime.
func (c *parquetCell) moment(perSecond int64) (profile.Instant, bool) {
	if c.timed {
		return c.at, true
	}
	return parseTime(c.spelled(), perSecond)
}

// decoder turns values of one type into cells.
type decoder func(parquet.Value) parquetCell

// decoderOf returns how the values of a leaf are read, nil if they are neither numbers nor text:
//
//	BOOLEAN                          a boolean
//	INT32, INT64, signed or not      a number; beyond 2^53 its digits tell it from its neighbours
//	FLOAT                            the number that its shortest decimal spelling names: 0.1 is 0.1, as in CSV
//	DOUBLE                           a number; NaN is missing
//	DECIMAL of any width             the nearest number
//	STRING, ENUM, JSON, UUID, and    text
//	BYTE_ARRAY without a type
//	DATE, TIMESTAMP of any unit,     a time, or where a column has not that role text such as 2026-01-31 08:00:00;
//	INT96                            without a time zone it is UTC
//	TIME                             text
func decoderOf(leaf *parquet.Column) decoder {
	var value decoder
	if logical := leaf.Type().LogicalType(); logical != nil {
		value = logicalDecoder(logical, leaf.Type().Kind())
	} else if leaf.Type().ConvertedType() == nil {
		value = physicalDecoder(leaf.Type().Kind())
	}
	if value == nil {
		return nil
	}
	return func(v parquet.Value) parquetCell {
		if v.IsNull() {
			return parquetCell{}
		}
		return value(v)
	}
}

func physicalDecoder(kind parquet.Kind) decoder {
	switch kind {
	case parquet.Boolean:
		return func(v parquet.Value) parquetCell {
			c := parquetCell{kind: truth}
			if v.Boolean() {
				c.number = 1
			}
			return c
		}
	case parquet.Int32:
		return func(v parquet.Value) parquetCell { return parquetCell{kind: number, number: float64(v.Int32())} }
	case parquet.Int64:
		return func(v parquet.Value) parquetCell { return integer(v.Int64()) }
	case parquet.Float:
		return func(v parquet.Value) parquetCell { return float(shortest(v.Float())) }
	case parquet.Double:
		return func(v parquet.Value) parquetCell { return float(v.Double()) }
	case parquet.Int96:
		return func(v parquet.Value) parquetCell {
			x := v.Int96()                                  // nanoseconds of the day, then the Julian day
			nanos := int64(uint64(x[1])<<32 | uint64(x[0])) // #nosec G115 -- checked by timestamp
			return timestamp((int64(x[2])-2440588)*86400, nanos)
		}
	case parquet.ByteArray:
		return words
	case parquet.FixedLenByteArray:
	}
	return nil
}

func logicalDecoder(logical *format.LogicalType, kind parquet.Kind) decoder {
	switch t := logical.Value.(type) {
	case *format.StringType, *format.EnumType, *format.JsonType:
		return words
	case *format.IntType:
		switch {
		case !t.IsSigned && kind == parquet.Int32:
			return func(v parquet.Value) parquetCell { return parquetCell{kind: number, number: float64(v.Uint32())} }
		case !t.IsSigned:
			return func(v parquet.Value) parquetCell { return unsigned(v.Uint64()) }
		}
		return physicalDecoder(kind)
	case *format.DecimalType:
		return decimals(kind, int(t.Scale))
	case *format.DateType:
		return func(v parquet.Value) parquetCell {
			c := timestamp(int64(v.Int32())*86400, 0)
			if c.kind == text {
				c.text = c.text[:len("2006-01-02")]
			}
			return c
		}
	case *format.TimestampType:
		perSecond := int64(time.Second / max(t.Unit.Value.Duration(), 1))
		return func(v parquet.Value) parquetCell {
			seconds, rest := floorDivide(v.Int64(), perSecond)
			return timestamp(seconds, rest*(int64(time.Second)/perSecond))
		}
	case *format.TimeType:
		each := t.Unit.Value.Duration()
		return func(v parquet.Value) parquetCell {
			n := v.Int64()
			if kind == parquet.Int32 {
				n = int64(v.Int32())
			}
			midnight := time.Unix(0, 0).UTC()
			return parquetCell{kind: text, text: midnight.Add(time.Duration(n)*each).AppendFormat(nil, "15:04:05.999999999")}
		}
	case *format.UUIDType:
		return func(v parquet.Value) parquetCell { return parquetCell{kind: text, text: uuid(v.ByteArray())} }
	case *format.NullType:
		return func(parquet.Value) parquetCell { return parquetCell{} }
	}
	return nil
}

// words reads text; bytes that are none have no type that could be told.
func words(v parquet.Value) parquetCell {
	b := v.ByteArray()
	if !utf8.Valid(b) {
		return parquetCell{kind: other}
	}
	if b == nil {
		b = []byte{}
	}
	return parquetCell{kind: text, text: b}
}

func integer(n int64) parquetCell {
	c := parquetCell{kind: number, number: float64(n)}
	if n <= -1<<53 || n >= 1<<53 {
		c.text = strconv.AppendInt(nil, n, 10)
	}
	return c
}

func unsigned(n uint64) parquetCell {
	c := parquetCell{kind: number, number: float64(n)}
	if n >= 1<<53 {
		c.text = strconv.AppendUint(nil, n, 10)
	}
	return c
}

// float reads a number. Where a table spells one out that is more than its value, it is spelled as Python does.
func float(x float64) parquetCell {
	switch c := (parquetCell{kind: number, number: x}); {
	case math.IsNaN(x):
		return parquetCell{}
	case math.Abs(x) < 1<<53 || math.IsInf(x, 0):
		return c
	case math.Abs(x) < 1e16:
		c.text = append(strconv.AppendFloat(nil, x, 'f', -1, 64), ".0"...)
		return c
	default:
		c.text = strconv.AppendFloat(nil, x, 'e', -1, 64)
		return c
	}
}

// shortest returns the number that the shortest decimal spelling of a float32 names.
func shortest(x float32) float64 {
	if wide := float64(x); wide == math.Trunc(wide) && math.Abs(wide) < 1<<24 || !profile.Finite(wide) {
		return wide
	}
	var buffer [32]byte
	wide, _ := strconv.ParseFloat(string(strconv.AppendFloat(buffer[:0], float64(x), 'e', -1, 32)), 64) // it is a number
	return wide
}

// decimals reads integers that stand for hundredths or other decimal fractions, of any width.
func decimals(kind parquet.Kind, scale int) decoder {
	if scale < 0 || scale > 1000 {
		return nil
	}
	scaled := func(n *big.Int) parquetCell {
		spelled := n.String() + "e-" + strconv.Itoa(scale)
		x, _ := strconv.ParseFloat(spelled, 64) // beyond float64 it is infinite, as in a table
		return float(x)
	}
	switch kind {
	case parquet.Int32, parquet.Int64:
		return func(v parquet.Value) parquetCell {
			n := v.Int64()
			if kind == parquet.Int32 {
				n = int64(v.Int32())
			}
			if scale > mostDigits || n == math.MinInt64 {
				return scaled(big.NewInt(n))
			}
			if n < 0 {
				return float(-quotient(uint64(-n), scale))
			}
			return float(quotient(uint64(n), scale))
		}
	case parquet.ByteArray, parquet.FixedLenByteArray: // two's complement, the highest byte first
		return func(v parquet.Value) parquetCell {
			b := v.ByteArray()
			n := new(big.Int).SetBytes(b)
			if len(b) > 0 && b[0] >= 0x80 {
				n.Sub(n, new(big.Int).Lsh(big.NewInt(1), uint(8*len(b))))
			}
			return scaled(n)
		}
	case parquet.Boolean, parquet.Int96, parquet.Float, parquet.Double:
	}
	return nil
}

// timestamp reads a moment; one in a year that cannot be written is no time.
func timestamp(seconds, nanos int64) parquetCell {
	const lastSecond, firstSecond = 253402300799, -62135596800 // the years 1 to 9999
	if seconds < firstSecond || seconds > lastSecond || nanos < 0 || nanos >= int64(24*time.Hour) {
		return parquetCell{kind: other}
	}
	t := time.Unix(seconds, nanos).UTC()
	return parquetCell{kind: text, text: t.AppendFormat(nil, "2006-01-02 15:04:05.999999999"), at: profile.InstantOf(t), timed: true}
}

// floorDivide rounds down, also below zero.
func floorDivide(n, by int64) (quotient, rest int64) {
	if quotient, rest = n/by, n%by; rest < 0 {
		return quotient - 1, rest + by
	}
	return quotient, rest
}

// uuid spells sixteen bytes as 00112233-4455-6677-8899-aabbccddeeff.
func uuid(b []byte) []byte {
	if len(b) != 16 {
		return []byte{}
	}
	const hex = "0123456789abcdef"
	out := make([]byte, 0, 36)
	for i, x := range b {
		if i == 4 || i == 6 || i == 8 || i == 10 {
			out = append(out, '-')
		}
		out = append(out, hex[x>>4], hex[x&15])
	}
	return out
}
