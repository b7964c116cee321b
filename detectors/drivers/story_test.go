package drivers

import (
	"math"
	"strings"
	"testing"
	"unicode/utf8"

	"pgregory.net/rapid"
)

func TestStory(t *testing.T) {
	for _, c := range []struct {
		story Story
		want  string
	}{
		{Story{}, "nothing moved beyond chance; no labels yet to judge the answers"},
		{
			Story{
				Verdict: Worse, Error: 0.33, ErrorBefore: 0.2, Segment: "country = PT", Explained: 0.97,
				Faults: []StoryFault{{Column: "amount", Clause: "looks a thousand times larger", Share: 1, There: true}},
			},
			"about 1 in 3 answers wrong, was 1 in 5; all of it in country = PT; `amount` looks a thousand times larger there",
		},
		{
			Story{
				Verdict: Worse, Error: 0.33, ErrorBefore: 0.2, Segment: "age < 30", Explained: 0.62,
				Faults: []StoryFault{{Column: "t", Clause: "is stuck at 38.2", Share: 0.49, Since: "2024-02-15"}},
			},
			"about 1 in 3 answers wrong, was 1 in 5; `t` is stuck at 38.2 in 49 % of the rows since 2024-02-15; 62 % of the rise in age < 30",
		},
		{
			Story{Faults: []StoryFault{{Column: "t", Clause: "is missing", Share: 0.2, Where: "depot = north", Since: "2024-02-15"}}},
			"no labels yet to judge the answers; `t` is missing in depot = north since 2024-02-15",
		},
		{
			Story{Verdict: Worse, Error: 0.33, ErrorBefore: 0.2, Segment: "age < 30", Explained: 0.62},
			"about 1 in 3 answers wrong, was 1 in 5; 62 % of it in age < 30; no input moved much: the right answers may have changed",
		},
		{
			Story{Verdict: Worse, Error: 0.22, ErrorBefore: 0.21, Moved: []string{"a", "b", "c", "d"}, How: "`a` ≥ 7 in 40 % of rows, was 10 %"},
			"22 % of answers wrong, was 21 %; moved most: `a`, `b`, `c` (`a` ≥ 7 in 40 % of rows, was 10 %)",
		},
		{Story{Verdict: Worse, Error: 120.4, ErrorBefore: 80.06, Regression: true}, "typical error 120, was 80.1; no input moved much: the right answers may have changed"},
		{Story{Verdict: AsBefore, Error: 0.2, ErrorBefore: 0.2}, "nothing moved beyond chance, and the answers are as good as before (about 1 in 5 answers wrong)"},
		{Story{Verdict: AsBefore, Error: 0.2, ErrorBefore: 0.2, Moved: []string{"a"}}, "the answers are as good as before (about 1 in 5 answers wrong); moved most: `a`"},
		{
			Story{Verdict: AsBefore, Error: 0.2, ErrorBefore: 0.19, Segment: "country = PT", SegmentError: 0.5, SegmentBefore: 0.2},
			"the answers are as good as before (about 1 in 5 answers wrong); but in country = PT about 1 in 2 answers wrong, was 1 in 5; no input moved much: the right answers may have changed",
		},
		{Story{Verdict: Unclear, Error: 0.3, ErrorBefore: 0.2}, "perhaps about 3 in 10 answers wrong, was 1 in 5 (not beyond chance)"},
		{Story{Verdict: Better, Error: 0.1, ErrorBefore: 0.2}, "better than before: about 1 in 10 answers wrong, was 1 in 5"},
		{Story{Verdict: TooFewLabels, Moved: []string{"a"}}, "too few labels yet to judge the answers; moved most: `a`"},
		{Story{Answers: []string{"score"}}, "no labels yet, but the answers moved; `score` moved though no input did: the model may be another"},
		{
			Story{Verdict: Worse, Error: 325, ErrorBefore: 229, Regression: true, Answers: []string{"prediction"}},
			"typical error 325, was 229; `prediction` moved though no input did: the model may be another",
		},
		{
			Story{Verdict: Worse, Error: 654, ErrorBefore: 312, Regression: true, Answers: []string{"prediction"}, Together: true},
			"typical error 654, was 312; each input is as before, but together they are not: some may be mixed up between rows",
		},
		{
			Story{Verdict: AsBefore, Error: 0.452, ErrorBefore: 0.368, Answers: []string{"score", "prediction", "proba_2"}},
			"not clearly worse: 45 % of answers wrong, was 37 %; `score` and `prediction` moved though no input did: the model may be another",
		},
		{Story{Verdict: AsBefore, Error: 0.11, ErrorBefore: 0.1, Together: true}, "nothing moved beyond chance, and the answers are as good as before (about 1 in 9 answers wrong)"},
		{Story{Verdict: AsBefore, Error: 0.2, ErrorBefore: 0.15, Moved: []string{"a"}, Answers: []string{"b"}}, "not clearly worse: about 1 in 5 answers wrong, was 1 in 7; moved most: `a`"},
		{
			Story{Faults: []StoryFault{{Column: "a", Clause: "is missing", Share: 0.3}, {Clause: "repeats earlier rows exactly", Share: 1}, {Column: "c"}, {Column: "d"}}, Moved: []string{"e"}},
			"no labels yet to judge the answers; `a` is missing in 30 % of the rows; the input repeats earlier rows exactly; and 2 more faults; also moved: `e`",
		},
		{Story{Verdict: Worse, Error: 0.0041, ErrorBefore: 0.0002, Moved: []string{"x"}}, "0.41 % of answers wrong, was 0.02 %; moved most: `x`"},
	} {
		if got := c.story.String(); got != c.want {
			t.Errorf("got  %s\nwant %s", got, c.want)
		}
	}
}

// TestStoryDropsWholeClauses leaves out what does not fit, rather than half of it.
func TestStoryDropsWholeClauses(t *testing.T) {
	s := Story{
		Verdict: Worse, Error: 0.5, ErrorBefore: 0.2, Segment: strings.Repeat("s", 120), Explained: 1,
		Faults: []StoryFault{{Column: "a", Clause: strings.Repeat("f", 120), Share: 1, There: true}}, Moved: []string{"b"}, How: strings.Repeat("h", 80),
	}
	got := s.String()
	if want := "about 1 in 2 answers wrong, was 1 in 5; all of it in " + s.Segment; !strings.HasPrefix(got, want) || strings.HasSuffix(got, "…") {
		t.Error(got)
	}
}

// TestStoryIsBounded holds whatever comes to 300 bytes of valid text without a number that is none.
func TestStoryIsBounded(t *testing.T) {
	number := rapid.OneOf(rapid.Float64(), rapid.Float64Range(0, 1), rapid.SampledFrom([]float64{math.NaN(), math.Inf(1), -1, 0, 1}))
	rapid.Check(t, func(t *rapid.T) {
		s := Story{
			Verdict: Verdict(rapid.IntRange(0, 6).Draw(t, "verdict")), Error: number.Draw(t, "error"), ErrorBefore: number.Draw(t, "before"),
			Regression: rapid.Bool().Draw(t, "regression"), Segment: rapid.String().Draw(t, "segment"), Explained: number.Draw(t, "explained"),
			SegmentError: number.Draw(t, "inside"), SegmentBefore: number.Draw(t, "inside before"), Moved: rapid.SliceOf(rapid.String()).Draw(t, "moved"),
			How: rapid.String().Draw(t, "how"), Answers: rapid.SliceOf(rapid.String()).Draw(t, "answers"), Together: rapid.Bool().Draw(t, "together"),
		}
		for range rapid.IntRange(0, 4).Draw(t, "faults") {
			s.Faults = append(s.Faults, StoryFault{Column: rapid.String().Draw(t, "column"), Clause: rapid.String().Draw(t, "clause"), Share: number.Draw(t, "share"), There: rapid.Bool().Draw(t, "there")})
		}
		got := s.String()
		if len(got) > maxStory || got == "" || !utf8.ValidString(got) || strings.Contains(got, "NaN") || strings.Contains(got, "+Inf") {
			t.Fatalf("%q", got)
		}
	})
}
