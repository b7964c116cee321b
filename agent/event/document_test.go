package event

import (
	"encoding/json"
	"math"
	"strconv"
	"strings"
	"testing"
	"unicode/utf8"

	"pgregory.net/rapid"
)

// The oracle is encoding/json. We differ from it in two ways only, and on purpose: text that is not UTF-8 is refused
// instead of repaired, and our limits are lower.
func checkAgainstStandardLibrary(t rapid.TB, data []byte) {
	t.Helper()
	var d document
	reason := d.scan(data)
	if reason == TooDeep || reason == TooManyFields {
		return
	}
	if want := json.Valid(data) && utf8.Valid(data); (reason == Accepted) != want {
		t.Fatalf("scan(%q) = %s, but encoding/json and utf8 say %v", data, reason, want)
	}
	if reason != Accepted {
		return
	}
	var want any
	decoder := json.NewDecoder(strings.NewReader(string(data)))
	decoder.UseNumber()
	if err := decoder.Decode(&want); err != nil {
		t.Fatalf("oracle: %v", err)
	}
	got, next := tree(t, &d, 0)
	if int(next) != len(d.tape) {
		t.Fatalf("the tape of %q has %d nodes, walked %d", data, len(d.tape), next)
	}
	if !same(got, want) {
		t.Fatalf("scan(%q)\n got %#v\nwant %#v", data, got, want)
	}
}

// tree rebuilds from the tape what json.Unmarshal builds.
func tree(t rapid.TB, d *document, i int32) (any, int32) {
	t.Helper()
	var arena []byte
	n := d.tape[i]
	switch n.kind {
	case absent:
	case jsonNull:
		return nil, n.next
	case jsonBool:
		return string(d.raw(i)) == "true", n.next
	case jsonNumber:
		return json.Number(d.raw(i)), n.next
	case jsonText:
		return string(d.text(i, &arena)), n.next
	case jsonArray:
		list := []any{}
		for e := i + 1; e < n.next; {
			var element any
			element, e = tree(t, d, e)
			list = append(list, element)
		}
		return list, n.next
	case jsonObject:
		members := map[string]any{}
		for key := i + 1; key < n.next; {
			var member any
			name := string(d.text(key, &arena))
			member, key = tree(t, d, key+1)
			members[name] = member
		}
		return members, n.next
	}
	t.Fatalf("node %d has kind %d", i, n.kind)
	return nil, 0
}

// same compares two trees; numbers by the bits of the float64 that they stand for.
func same(got, want any) bool {
	switch want := want.(type) {
	case json.Number:
		literal, ok := got.(json.Number)
		if !ok {
			return false
		}
		x, _ := strconv.ParseFloat(string(want), 64)
		return math.Float64bits(parseNumber([]byte(literal))) == math.Float64bits(x)
	case []any:
		list, ok := got.([]any)
		if !ok || len(list) != len(want) {
			return false
		}
		for i := range want {
			if !same(list[i], want[i]) {
				return false
			}
		}
		return true
	case map[string]any:
		members, ok := got.(map[string]any)
		if !ok || len(members) != len(want) {
			return false
		}
		for k := range want {
			if member, there := members[k]; !there || !same(member, want[k]) {
				return false
			}
		}
		return true
	}
	return got == want
}

var jsonSeeds = []string{
	`{"id":"req-1","features":{"a":1.5,"b":null,"c":[1,2,{"d":true}]},"x":"é😀"}`,
	`"\u0000\ud83d\ude00\ud83d\udeff\ude00\ud83dx\\\/\b\f\n\r\t\""`, `"\u00e"`, `"\x"`, "\"\x1f\"", "\"\x7f\"", "\"\xed\xa0\x80\"",
	`0`, `-0`, `-`, `01`, `1.`, `.1`, `1e`, `1e+`, `1E-07`, `1.5e3`, `-0.0e-0`, `+1`, `1e999`, `9007199254740993`, `0x1`,
	`4.35`, `0.19148900000000002`, `123456789012345678901234567890`, `2.2250738585072011e-308`, `5e-324`, `1e22`, `1e23`,
	`true`, `truex`, `tru`, `nul`, `NaN`, `Infinity`, ``, ` `, ` 1 `, "\v1", "1\x00", `[]`, `[ ]`, `[,]`, `[1,]`, `[1 2]`, `[`, `]`,
	`{}`, `{ }`, `{,}`, `{"a"}`, `{"a":}`, `{"a":1,}`, `{"a" : 1 , "b" : 2}`, `{"a":1 "b":2}`, `{1:2}`, `{"a":1}}`, "\xef\xbb\xbf1",
	`{"a":{"a":{"a":[[[[]]]]}}}`, `{"":""}`, `{"a":1,"a":2}`,
}

func FuzzScan(f *testing.F) {
	for _, seed := range jsonSeeds {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) { checkAgainstStandardLibrary(t, data) })
}

func TestScanAgreesWithStandardLibrary(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		data, err := json.Marshal(anyJSON(4).Draw(t, "value"))
		if err != nil {
			t.Fatalf("marshal: %v", err)
		}
		checkAgainstStandardLibrary(t, data)
		// One changed byte: most results are invalid, and both must say so.
		i := rapid.IntRange(0, len(data)-1).Draw(t, "position")
		data[i] = rapid.SampledFrom([]byte("{}[],:\"\\0-.eE+u tfn\x00\x1f\x80\xff")).Draw(t, "byte")
		checkAgainstStandardLibrary(t, data)
	})
}

// anyJSON draws values as json.Marshal takes them.
func anyJSON(depth int) *rapid.Generator[any] {
	scalars := []*rapid.Generator[any]{
		rapid.Just[any](nil),
		rapid.Map(rapid.Bool(), func(b bool) any { return b }),
		rapid.Map(rapid.String(), func(s string) any { return s }),
		rapid.Map(rapid.Int64(), func(n int64) any { return n }),
		rapid.Map(rapid.Float64Range(-math.MaxFloat64, math.MaxFloat64), func(x float64) any { return x }),
	}
	if depth == 0 {
		return rapid.OneOf(scalars...)
	}
	below := rapid.Deferred(func() *rapid.Generator[any] { return anyJSON(depth - 1) })
	return rapid.OneOf(append(scalars,
		rapid.Map(rapid.SliceOfN(below, 0, 4), func(list []any) any { return list }),
		rapid.Map(rapid.MapOfN(rapid.String(), below, 0, 4), func(members map[string]any) any { return members }),
	)...)
}

func TestScanReusesItsTape(t *testing.T) {
	var d document
	data := []byte(jsonSeeds[0])
	d.scan(data)
	if n := testing.AllocsPerRun(100, func() { d.scan(data) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}
