package alerts_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/anchorwatch/anchorwatch/alerts"
	"github.com/anchorwatch/anchorwatch/detectors"
	"github.com/anchorwatch/anchorwatch/detectors/profile"
	"github.com/anchorwatch/anchorwatch/rules"
)

func entry(id, key string, created int, replaceable bool) alerts.Entry {
	return alerts.Entry{
		ID: id, Destination: "slack", Key: key, Created: profile.Instant(created), Replaceable: replaceable,
		Payload: json.RawMessage(`{}`),
	}
}

func pending(o *alerts.Outbox) string {
	ids := ""
	for _, e := range o.Pending() {
		ids += e.ID
	}
	return ids
}

func TestOutboxReplacesOnlyWhatMayBeReplaced(t *testing.T) {
	o := alerts.NewOutbox()
	o.Add(entry("a", "k", 1, false), entry("b", "k", 2, true), entry("c", "other", 2, true))
	o.Add(entry("d", "k", 3, true), entry("e", "k", 4, false))
	if got := pending(o); got != "ace" {
		t.Errorf("pending %q, want ace", got)
	}
	o.Delivered(outcomeOf(entry("b", "k", 2, true))) // was on its way when it was replaced
	o.Add(entry("f", "k", 5, true))
	if got := pending(o); got != "acef" {
		t.Errorf("pending %q, want acef", got)
	}
}

func TestOutcomesAheadOfTheReplay(t *testing.T) {
	o := alerts.NewOutbox()
	o.Delivered(outcomeOf(entry("a", "k", 1, false)))
	o.Delivered(outcomeOf(entry("d", "k", 4, false)))
	fresh := o.Add(
		entry("a", "k", 1, false), // delivered before the crash
		entry("b", "k", 2, true),  // was replaced: the later d arrived
		entry("c", "k", 3, false), // never sent, and says something of its own
		entry("d", "k", 4, false),
		entry("e", "k", 5, true),
	)
	if got := pending(o); got != "ce" || len(fresh) != 2 {
		t.Errorf("pending %q, want ce", got)
	}
}

func TestReceiptsLiveAsLongAsTheirKey(t *testing.T) {
	o := alerts.NewOutbox()
	o.Add(entry("a", "k", 1, false), entry("b", "k", 2, false))
	o.Delivered(outcomeOf(entry("a", "k", 1, false)))
	o.Close("k")
	if o.Previous("slack", "k") == nil {
		t.Error("receipt dropped while an entry of its key is pending")
	}
	failed := outcomeOf(entry("b", "k", 2, false))
	failed.Error, failed.Receipt = "refused", nil
	o.Delivered(failed)
	if o.Previous("slack", "k") != nil {
		t.Error("receipt kept after its key was closed")
	}
}

func TestOldIDsAreForgottenExceptThoseOfLivingKeys(t *testing.T) {
	o := alerts.NewOutbox()
	old := entry("old", "living", 0, false)
	o.Add(old)
	o.Delivered(outcomeOf(old))
	for i := range 3000 {
		e := entry(fmt.Sprint(i), fmt.Sprint("k", i), i, false)
		o.Add(e)
		o.Delivered(outcomeOf(e))
		o.Close(e.Key)
	}
	if fresh := o.Add(old, entry("2999", "k2999", 2999, false)); len(fresh) != 0 {
		t.Errorf("%d entries were taken for new", len(fresh))
	}
	if fresh := o.Add(entry("0", "k0", 0, false)); len(fresh) != 1 {
		t.Error("the oldest id is still known")
	}
}

// play draws a life of a ledger.
func play(t *rapid.T, l *alerts.Ledger) {
	kinds := []rules.Kind{rules.Fire, rules.Worse, rules.Resolve, rules.Supersede, rules.Stale}
	severities := []rules.Severity{rules.Info, rules.Warning, rules.Page}
	for step := range rapid.IntRange(0, 25).Draw(t, "steps") {
		at := day(1 + step)
		model := rapid.SampledFrom([]string{"elec", "credit"}).Draw(t, "model")
		switch rapid.IntRange(0, 9).Draw(t, "act") {
		case 0:
			l.Note(model, at, rapid.String().Draw(t, "note"))
		case 1:
			l.Hold(rapid.Bool().Draw(t, "hold"), at)
		case 2, 3:
			for _, e := range l.Pending()[:rapid.IntRange(0, len(l.Pending())).Draw(t, "delivered")] {
				l.Delivered(outcomeOf(e))
			}
		default:
			var group []rules.Transition
			for range rapid.IntRange(1, 4).Draw(t, "group") {
				group = append(group, change(rapid.SampledFrom(kinds).Draw(t, "kind"), at,
					version(rapid.SampledFrom([]string{"1", "2"}).Draw(t, "version")),
					severity(rapid.SampledFrom(severities).Draw(t, "severity")),
					func(tr *rules.Transition) {
						tr.Model, tr.Column = model, rapid.SampledFrom([]string{"", "income"}).Draw(t, "column")
						tr.History = []rules.Point{{End: at, Value: rapid.Float64().Draw(t, "value")}}
						tr.Measurement = detectors.Measurement{Value: 1, N: 7}
					}))
			}
			l.Apply(at, model, group)
		}
	}
}

func TestLedgerComesBackFromItsEncoding(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		l := alerts.NewLedger("production", "slack", "mail")
		play(t, l)
		data, err := l.AppendBinary([]byte("before"))
		if err != nil {
			t.Fatal(err)
		}
		data = bytes.TrimPrefix(data, []byte("before"))
		back, err := alerts.DecodeLedger(data, "production", "slack", "mail")
		if err != nil {
			t.Fatal(err)
		}
		again, err := back.AppendBinary(nil)
		if err != nil || !bytes.Equal(data, again) {
			t.Fatalf("%v\n%s\n%s", err, data, again)
		}
		if !reflect.DeepEqual(l.Incidents(), back.Incidents()) || len(l.Pending()) != len(back.Pending()) {
			t.Fatal("incidents or pending entries differ")
		}
		group := []rules.Transition{change(rules.Fire, day(100)), change(rules.Resolve, day(100), version("2"))}
		a, b := l.Apply(day(100), "elec", group), back.Apply(day(100), "elec", group)
		if !slices.EqualFunc(a, b, func(x, y alerts.Entry) bool { return x.ID == y.ID && bytes.Equal(x.Payload, y.Payload) }) {
			t.Fatal("the same group makes other entries")
		}
	})
}

// An open incident always has a reason, and what was opened is ended exactly once.
func TestLedgerInvariants(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		l := alerts.NewLedger("production", "slack")
		play(t, l)
		open := map[string]int{}
		for _, in := range l.Incidents() {
			if in.State != alerts.IncidentResolved {
				open[in.Model]++
				if len(in.Firing)+len(in.Waiting) == 0 {
					t.Fatalf("%s is open without a reason", in.ID)
				}
			}
		}
		for model, n := range open {
			if n > 1 {
				t.Fatalf("%s has %d open incidents", model, n)
			}
		}
	})
}

func FuzzDecodeLedger(f *testing.F) {
	l := alerts.NewLedger("production", "slack")
	l.Apply(day(1), "elec", []rules.Transition{change(rules.Fire, day(1))})
	l.Delivered(outcomeOf(l.Pending()[0]))
	l.Apply(day(2), "elec", []rules.Transition{change(rules.Supersede, day(2))})
	seed, err := l.AppendBinary(nil)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(seed)
	f.Add([]byte(`{"version":1,"incidents":[null],"outbox":{"last":[null]}}`))
	f.Add([]byte(`{"version":1,"incidents":[{"id":"x","timeline":{"count":9}}]}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		l, err := alerts.DecodeLedger(data, "production", "slack")
		if err != nil {
			return
		}
		l.Incidents()
		l.Apply(day(3), "elec", []rules.Transition{change(rules.Fire, day(3)), change(rules.Resolve, day(3), version("2"))})
		l.Note("elec", day(4), "x")
		l.Hold(true, day(5))
		l.Hold(false, day(5).Add(time.Hour))
		again, err := l.AppendBinary(nil)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := alerts.DecodeLedger(again, "production", "slack"); err != nil {
			t.Fatalf("%v: %s", err, again)
		}
	})
}
