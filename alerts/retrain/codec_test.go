package retrain_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"math"
	"reflect"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/anchorwatch/anchorwatch/alerts"
	"github.com/anchorwatch/anchorwatch/alerts/retrain"
	"github.com/anchorwatch/anchorwatch/detectors/profile"
)

func nan() float64 { return math.NaN() }
func inf() float64 { return math.Inf(1) }

// act is one call of a desk, drawn at random.
type act struct {
	kind    string
	version string
	status  retrain.Status
	failure string
	drift   bool
	lag     bool
	at      profile.Instant
	now     time.Time
}

func acts(t *rapid.T) []act {
	at, now := july10, noon
	return rapid.SliceOfN(rapid.Custom(func(t *rapid.T) act {
		at = at.Add(time.Duration(rapid.IntRange(0, 72).Draw(t, "event hours")) * time.Hour)
		now = now.Add(time.Duration(rapid.IntRange(0, 900).Draw(t, "wall minutes")) * time.Minute)
		return act{
			kind: rapid.SampledFrom([]string{
				"consider", "consider", "retry", "delivered", "delivered", "callback", "callback", "version", "rearmed", "judged",
				"tick", "ended", "cancel", "early",
			}).Draw(t, "kind"),
			version: rapid.SampledFrom([]string{"1", "2", "3"}).Draw(t, "version"),
			status:  rapid.SampledFrom([]retrain.Status{retrain.StatusRunning, retrain.StatusSucceeded, retrain.StatusFailed}).Draw(t, "status"),
			failure: rapid.SampledFrom([]string{"", "", "HTTP 500"}).Draw(t, "failure"),
			drift:   rapid.Bool().Draw(t, "drift"),
			lag:     rapid.Bool().Draw(t, "lag"),
			at:      at, now: now,
		}
	}), 0, 40).Draw(t, "acts")
}

// apply plays an act against the newest request.
func (a act) apply(d *retrain.Desk) ([]alerts.Entry, []retrain.Event) {
	newest := "anchorwatch-elec-notyetmade"
	if requests := d.Requests(); len(requests) > 0 && a.kind != "early" {
		newest = requests[len(requests)-1].ID
	}
	fell := accuracyFell()
	if a.drift {
		fell = columnDrifts("nswprice")
	}
	fell.Version, fell.WindowEnd, fell.At = a.version, a.at, a.at
	var gates retrain.Gates
	if a.lag {
		gates.Lag = "late"
	}
	switch a.kind {
	case "consider":
		return d.Consider(trigger(fell), gates, a.at, a.now)
	case "retry":
		return d.Retry("elec", gates, a.at, a.now)
	case "delivered", "early":
		return nil, d.Delivered(alerts.Outcome{
			EntryID: newest + "-requested", Destination: "retrain", Key: newest, Receipt: json.RawMessage(`{"run_id":"7"}`),
			Error: a.failure, At: a.now,
		}, a.at, a.now)
	case "callback":
		return nil, d.Callback(retrain.Callback{RequestID: newest, Status: a.status, ModelVersion: a.version}, a.at, a.now)
	case "version":
		return nil, d.VersionSeen("elec", a.version, a.at, a.now)
	case "rearmed":
		return nil, d.Rearmed("elec", a.version, a.at, a.now)
	case "judged":
		return nil, d.Judged("elec", a.version, a.lag, 0.7, a.at, a.now)
	case "ended":
		d.Ended(fell.Subject)
	case "cancel":
		return nil, d.Cancel(newest, "why", a.at, a.now)
	}
	return nil, d.Tick(a.at, a.now)
}

func encode(t interface{ Fatal(...any) }, d *retrain.Desk) []byte {
	data, err := d.MarshalBinary()
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// Whatever happens: at most one open request, events that fit together, unique ids; and a desk that is encoded and
// decoded after every step lives the same life.
func TestAnyLife(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d, restored := retrain.NewDesk(options()), retrain.NewDesk(options())
		states := map[string]retrain.State{}
		for _, a := range acts(t) {
			entries, events := a.apply(d)
			entriesToo, eventsToo := a.apply(restored)
			if !reflect.DeepEqual(entries, entriesToo) || !reflect.DeepEqual(events, eventsToo) {
				t.Fatalf("%+v: got %v, restored %v", a, events, eventsToo)
			}
			data := encode(t, d)
			restored = retrain.NewDesk(options())
			if err := restored.UnmarshalBinary(data); err != nil {
				t.Fatal(err)
			}
			if !bytes.Equal(data, encode(t, restored)) {
				t.Fatalf("another encoding after a round trip:\n%s\n%s", data, encode(t, restored))
			}
			for _, e := range entries {
				if _, taken := states[e.Key]; taken {
					t.Fatalf("a second request of id %s", e.Key)
				}
				states[e.Key] = ""
			}
			for _, e := range events {
				if e.RequestID == "" {
					continue
				}
				if e.From != states[e.RequestID] {
					t.Fatalf("event %+v, but the request was %s", e, states[e.RequestID])
				}
				states[e.RequestID] = e.To
			}
			open := 0
			for _, s := range states {
				if s.Open() {
					open++
				}
			}
			if open > 1 {
				t.Fatalf("%d open requests", open)
			}
		}
	})
}

// After a crash the state is that of the last checkpoint, the log of acts is read, and the events since the checkpoint
// are replayed: the same request is made under the same id, and nothing that had happened to it is lost or told anew in
// another way, wherever the checkpoint was.
func TestReplayFindsTheSameRequest(t *testing.T) {
	outcome := func(id string) alerts.Outcome {
		return alerts.Outcome{EntryID: id + "-requested", Destination: "retrain", Key: id, Receipt: json.RawMessage(`{"run_id":"7"}`), At: noon}
	}
	undisturbed := newLine(t, options())
	undisturbed.version("1")
	checkpoint := encode(t, undisturbed.desk)
	made := undisturbed.consider(open, accuracyFell())
	id := undisturbed.last().Key
	later, soon := july10.Add(day), noon.Add(time.Minute)
	succeeded := retrain.Callback{RequestID: id, Status: retrain.StatusSucceeded, ModelVersion: "2"}
	made = append(made, undisturbed.desk.Delivered(outcome(id), july10, noon)...)
	made = append(made, undisturbed.desk.Callback(succeeded, later, soon)...)

	crashed := newLine(t, options())
	if err := crashed.desk.UnmarshalBinary(checkpoint); err != nil {
		t.Fatal(err)
	}
	if err := crashed.desk.Admit(succeeded); !errors.Is(err, retrain.ErrUnknownRequest) {
		t.Errorf("admit: %v", err)
	}
	crashed.want(crashed.desk.Delivered(outcome(id), july10, noon))
	crashed.want(crashed.desk.Callback(succeeded, later, soon))
	again := crashed.consider(open, accuracyFell())
	if !reflect.DeepEqual(again, made) {
		t.Errorf("replayed %v\nwant %v", again, made)
	}
	if !reflect.DeepEqual(crashed.entries, undisturbed.entries) {
		t.Errorf("replayed entry %+v\nwant %+v", crashed.entries, undisturbed.entries)
	}
	if got, want := encode(t, crashed.desk), encode(t, undisturbed.desk); !bytes.Equal(got, want) {
		t.Errorf("replayed state %s\nwant %s", got, want)
	}
}

func TestEarlyAnswersAreBounded(t *testing.T) {
	d := retrain.NewDesk(options())
	for range 500 {
		d.Callback(retrain.Callback{RequestID: "anchorwatch-nobody", Status: retrain.StatusRunning}, july10, noon)
	}
	if n := bytes.Count(encode(t, d), []byte("anchorwatch-nobody")); n != 100 {
		t.Errorf("%d are kept", n)
	}
}

func TestDecodeRefuses(t *testing.T) {
	l := newLine(t, options())
	l.consider(open, accuracyFell())
	before := encode(t, l.desk)
	for name, data := range map[string]string{
		"nothing":          ``,
		"another format":   `{"format":2}`,
		"null book":        `{"format":1,"books":{"elec":null}}`,
		"another's book":   `{"format":1,"books":{"elec":{"model":"credit"}}}`,
		"null request":     `{"format":1,"books":{"elec":{"model":"elec","requests":[null]}}}`,
		"no steps":         `{"format":1,"books":{"elec":{"model":"elec","requests":[{"request_id":"k","state":"sent","signals":[{}]}]}}}`,
		"empty trigger":    `{"format":1,"books":{"elec":{"model":"elec","asks":[{}]}}}`,
		"early of nothing": `{"format":1,"early":[{}]}`,
	} {
		if err := l.desk.UnmarshalBinary([]byte(data)); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
	if !bytes.Equal(before, encode(t, l.desk)) {
		t.Error("a refused encoding changed the state")
	}
}

func FuzzDecode(f *testing.F) {
	d := retrain.NewDesk(options())
	d.Consider(trigger(accuracyFell(), columnDrifts("nswprice")), open, july10, noon)
	d.Callback(retrain.Callback{RequestID: "anchorwatch-early", Status: retrain.StatusRunning}, july10, noon)
	data, err := d.MarshalBinary()
	if err != nil {
		f.Fatal(err)
	}
	f.Add(data)
	f.Add([]byte(`{"format":1}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		d := retrain.NewDesk(options())
		if d.UnmarshalBinary(data) != nil {
			return
		}
		// Whatever is accepted can be worked with.
		d.Consider(trigger(accuracyFell()), open, july10, noon)
		d.Retry("elec", open, july10, noon)
		for _, r := range d.Requests() {
			d.Callback(retrain.Callback{RequestID: r.ID, Status: retrain.StatusSucceeded, ModelVersion: "2"}, july10, noon)
			d.Judged(r.Model, r.NewVersion, true, 1, july10, noon)
		}
		d.VersionSeen("elec", "2", july10, noon)
		d.Tick(july10, noon)
		encoded, err := d.MarshalBinary()
		if err != nil {
			t.Skip("instants or times that cannot be written") // only a damaged file has them
		}
		if err := retrain.NewDesk(options()).UnmarshalBinary(encoded); err != nil {
			t.Errorf("its own encoding is refused: %v\n%s", err, encoded)
		}
	})
}
