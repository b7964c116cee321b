package alerts_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"

	"github.com/anchorwatch/anchorwatch/alerts"
	"github.com/anchorwatch/anchorwatch/alerts/alertstest"
	"github.com/anchorwatch/anchorwatch/rules"
)

var errDown = errors.New("down")

func retry(after time.Duration) error { return &alerts.Retryable{After: after, Err: errDown} }

// deliverer has no jitter, so pauses are 5 s, 10 s, 20 s.
func deliverer(notifiers map[string]alerts.Notifier, record func(alerts.Outcome) error) *alerts.Deliverer {
	return alerts.NewDeliverer(alerts.Options{
		Notifiers: notifiers, Record: record, Now: time.Now, Jitter: func() float64 { return 1 },
	})
}

// closeAtOnce ends a deliverer without a budget.
func closeAtOnce(d *alerts.Deliverer) error {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	return d.Close(ctx)
}

func TestDelayDoublesUntilItIsDelivered(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		recorder := &alertstest.Recorder{}
		recorder.Fail(retry(0), retry(0), retry(0))
		var outcomes []alerts.Outcome
		d := deliverer(map[string]alerts.Notifier{"slack": recorder}, func(o alerts.Outcome) error {
			outcomes = append(outcomes, o)
			return nil
		})
		start := time.Now()
		d.Submit(entry("a", "k", 1, false))
		d.Submit(entry("a", "k", 1, false)) // again, as after every checkpoint
		time.Sleep(35 * time.Second)
		synctest.Wait()
		if len(outcomes) != 1 || outcomes[0].Attempts != 4 || outcomes[0].At.Sub(start) != 35*time.Second || outcomes[0].Error != "" {
			t.Errorf("outcomes %+v", outcomes)
		}
		d.Submit(entry("a", "k", 1, false))
		if err := closeAtOnce(d); err != nil {
			t.Error(err)
		}
		stats := d.Stats()[0]
		if stats.Attempts != 4 || stats.Retries != 3 || stats.Delivered != 1 || stats.Pending != 0 {
			t.Errorf("stats %+v", stats)
		}
	})
}

func TestRetryAfterQuietensTheWholeDestination(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		slack, mail := &alertstest.Recorder{}, &alertstest.Recorder{}
		slack.Fail(retry(30 * time.Second))
		d := deliverer(map[string]alerts.Notifier{"slack": slack, "mail": mail}, nil)
		other := entry("m", "k", 1, false)
		other.Destination = "mail"
		d.Submit(entry("a", "k", 1, false), entry("b", "other key", 2, false), other)
		time.Sleep(29 * time.Second)
		synctest.Wait()
		if len(slack.Calls()) != 1 || len(mail.Delivered()) != 1 {
			t.Errorf("%d calls to slack, %d delivered by mail", len(slack.Calls()), len(mail.Delivered()))
		}
		time.Sleep(time.Second)
		synctest.Wait()
		if got := slack.Delivered(); !slices.Equal(got, []string{"a", "b"}) {
			t.Errorf("delivered %v", got)
		}
		_ = closeAtOnce(d)
	})
}

func TestOrderHoldsWithinAKeyAndNotBeyond(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		recorder := &alertstest.Recorder{}
		recorder.Fail(retry(0))
		d := deliverer(map[string]alerts.Notifier{"slack": recorder}, nil)
		d.Submit(entry("a1", "a", 1, false), entry("b1", "b", 2, false), entry("a2", "a", 3, false))
		time.Sleep(5 * time.Second)
		synctest.Wait()
		if got := recorder.Delivered(); !slices.Equal(got, []string{"b1", "a1", "a2"}) {
			t.Errorf("delivered %v", got)
		}
		calls := recorder.Calls()
		if last := calls[len(calls)-1]; string(last.Previous) != "1" {
			t.Errorf("a2 was given the receipt %q, want a1's", last.Previous)
		}
		_ = closeAtOnce(d)
	})
}

func TestReceiptOfAnEarlierProcessIsUsed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		recorder := &alertstest.Recorder{}
		d := alerts.NewDeliverer(alerts.Options{
			Notifiers: map[string]alerts.Notifier{"slack": recorder}, Now: time.Now,
			Previous: func(string, string) json.RawMessage { return json.RawMessage("41") },
		})
		d.Submit(entry("a", "k", 1, false), entry("b", "k", 2, false))
		synctest.Wait()
		if calls := recorder.Calls(); string(calls[0].Previous) != "41" || string(calls[1].Previous) != "42" {
			t.Errorf("calls %+v", calls)
		}
		_ = closeAtOnce(d)
	})
}

func TestReplaceableEntryGivesWayWhileItWaits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		recorder := &alertstest.Recorder{}
		recorder.Fail(retry(0))
		d := deliverer(map[string]alerts.Notifier{"slack": recorder}, nil)
		d.Submit(entry("a", "k", 1, false), entry("b", "k", 2, true))
		synctest.Wait()
		d.Submit(entry("b", "k", 2, true), entry("c", "k", 3, false))
		time.Sleep(time.Minute)
		synctest.Wait()
		if got := recorder.Delivered(); !slices.Equal(got, []string{"a", "c"}) {
			t.Errorf("delivered %v", got)
		}
		_ = closeAtOnce(d)
	})
}

func TestWhatCannotBeDeliveredIsGivenUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		stubborn := alerts.NotifierFunc(func(_ context.Context, e alerts.Entry, _ json.RawMessage) (json.RawMessage, error) {
			if e.ID == "refused" {
				return nil, errDown
			}
			return nil, retry(0)
		})
		errs := map[string]string{}
		d := deliverer(map[string]alerts.Notifier{"slack": stubborn}, func(o alerts.Outcome) error {
			errs[o.EntryID] = o.Error
			return nil
		})
		unknown := entry("unconfigured", "k", 1, false)
		unknown.Destination = "pager"
		expiring := entry("expired", "b", 1, false)
		expiring.NotAfter = time.Now().Add(time.Minute)
		d.Submit(entry("refused", "a", 1, false), expiring, entry("exhausted", "c", 1, false))
		synctest.Wait()
		time.Sleep(26 * time.Hour)
		synctest.Wait()
		d.Submit(unknown)
		synctest.Wait()
		want := map[string]string{
			"refused":      "refused: down",
			"expired":      "expired: expired before it could be delivered",
			"exhausted":    "exhausted: down",
			"unconfigured": "unconfigured: no such destination is configured",
		}
		for id, text := range want {
			if errs[id] != text {
				t.Errorf("%s: %q, want %q", id, errs[id], text)
			}
		}
		if err := closeAtOnce(d); err != nil {
			t.Error(err)
		}
	})
}

func TestNothingIsSentBeforeTheLastOutcomeIsRecorded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		recorder := &alertstest.Recorder{}
		var mended atomic.Bool
		d := deliverer(map[string]alerts.Notifier{"slack": recorder}, func(alerts.Outcome) error {
			if !mended.Load() {
				return errors.New("disk full")
			}
			return nil
		})
		d.Submit(entry("a", "a", 1, false), entry("b", "b", 2, false))
		time.Sleep(time.Hour)
		synctest.Wait()
		if got := recorder.Delivered(); !slices.Equal(got, []string{"a"}) {
			t.Errorf("delivered %v without a record", got)
		}
		mended.Store(true)
		time.Sleep(time.Hour)
		synctest.Wait()
		if got := recorder.Delivered(); !slices.Equal(got, []string{"a", "b"}) {
			t.Errorf("delivered %v", got)
		}
		_ = closeAtOnce(d)
	})
}

func TestCloseTriesOnceMoreWithinItsBudget(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		recorder := &alertstest.Recorder{}
		recorder.Fail(retry(0), retry(0), retry(0), nil)
		d := deliverer(map[string]alerts.Notifier{"slack": recorder}, nil)
		d.Submit(entry("a", "a", 1, false), entry("b", "b", 2, false))
		synctest.Wait() // both failed once
		err := d.Close(t.Context())
		if got := recorder.Delivered(); !slices.Equal(got, []string{"b"}) || err == nil {
			t.Errorf("delivered %v, error %v", got, err)
		}
		d.Submit(entry("c", "c", 3, false))
		if err := d.Close(t.Context()); err == nil || len(recorder.Calls()) != 4 {
			t.Errorf("second close: %v, %d calls", err, len(recorder.Calls()))
		}
	})
}

func TestCloseDoesNotWaitForAHangingDestination(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		hanging := alerts.NotifierFunc(func(ctx context.Context, _ alerts.Entry, _ json.RawMessage) (json.RawMessage, error) {
			<-ctx.Done()
			return nil, ctx.Err()
		})
		recorder := &alertstest.Recorder{}
		d := deliverer(map[string]alerts.Notifier{"slack": hanging, "mail": recorder}, nil)
		quick := entry("m", "k", 1, false)
		quick.Destination = "mail"
		d.Submit(entry("a", "k", 1, false), quick)
		synctest.Wait()
		if len(recorder.Delivered()) != 1 {
			t.Error("the other destination waits")
		}
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
		defer cancel()
		start := time.Now()
		if err := d.Close(ctx); err == nil || time.Since(start) != 10*time.Second {
			t.Errorf("error %v after %s", err, time.Since(start))
		}
	})
}

// world is what survives a kill: the destination's memory, the checkpoint and the log of outcomes since.
type world struct {
	mu         sync.Mutex
	received   map[string]int
	checkpoint []byte
	step       int // of the input, at the checkpoint
	log        []alerts.Outcome
}

var errKilled = errors.New("killed")

// life runs the input from the checkpoint on, with a checkpoint after every other group, and is killed after some number
// of sends and records. pause says after which groups the deliverer gets time to send all it can.
func (w *world) life(input [][]rules.Transition, acts int, pause []bool) (finished bool, err error) {
	ledger, err := alerts.DecodeLedger(w.checkpoint, "production", "slack")
	if err != nil {
		return false, err
	}
	for _, o := range w.log {
		ledger.Delivered(o)
	}
	heard := len(w.log)
	dying := func() bool { acts--; return acts < 0 } // requires w.mu, and stays true
	d := alerts.NewDeliverer(alerts.Options{
		Notifiers: map[string]alerts.Notifier{"slack": alerts.NotifierFunc(
			func(ctx context.Context, e alerts.Entry, _ json.RawMessage) (json.RawMessage, error) {
				w.mu.Lock()
				defer w.mu.Unlock()
				if dying() {
					return nil, retry(0)
				}
				w.received[e.ID]++
				return json.RawMessage(`1`), nil
			})},
		Now: time.Now, Previous: ledger.Outbox().Previous,
		Record: func(o alerts.Outcome) error {
			w.mu.Lock()
			defer w.mu.Unlock()
			if dying() {
				return errKilled
			}
			w.log = append(w.log, o)
			return nil
		},
	})
	defer func() { _ = closeAtOnce(d) }()
	for step := w.step; step < len(input); step++ {
		ledger.Apply(day(1+step), "elec", input[step])
		w.mu.Lock()
		for _, o := range w.log[heard:] {
			ledger.Delivered(o)
		}
		heard = len(w.log)
		if step%2 == 1 {
			if w.checkpoint, err = ledger.AppendBinary(nil); err != nil {
				return false, err
			}
			w.step, w.log, heard = step+1, nil, 0
		}
		w.mu.Unlock()
		if step%2 == 1 {
			d.Submit(ledger.Pending()...)
		}
		if pause[step] {
			synctest.Wait()
		}
		w.mu.Lock()
		dead := acts < 0
		w.mu.Unlock()
		if dead {
			return false, nil
		}
	}
	d.Submit(ledger.Pending()...)
	synctest.Wait()
	return acts >= 0, nil
}

// survive lives through the kills and then to the end, and says what went wrong.
func survive(input [][]rules.Transition, kills []int, pause []bool) error {
	reference := alerts.NewLedger("production", "slack")
	must := map[string]bool{}
	for step, group := range input {
		for _, e := range reference.Apply(day(1+step), "elec", group) {
			must[e.ID] = !e.Replaceable
		}
	}
	empty, err := alerts.NewLedger("production", "slack").AppendBinary(nil)
	if err != nil {
		return err
	}
	w := &world{received: map[string]int{}, checkpoint: empty}
	for _, acts := range append(slices.Clone(kills), 1<<30) {
		if _, err := w.life(input, acts, pause); err != nil {
			return err
		}
	}
	doubled := 0
	for id, n := range w.received {
		if _, known := must[id]; !known {
			return fmt.Errorf("%s was never made by an undisturbed run", id)
		}
		doubled += n - 1
	}
	for id, needed := range must {
		if needed && w.received[id] == 0 {
			return fmt.Errorf("%s was lost", id)
		}
	}
	if doubled > len(kills) {
		return fmt.Errorf("%d doubled by %d kills", doubled, len(kills))
	}
	return nil
}

// Whatever the moment of a kill: nothing is lost, and a kill doubles at most one.
func TestKillDoublesAtMostOne(t *testing.T) {
	input := lifeInput()
	rapid.Check(t, func(r *rapid.T) {
		kills := rapid.SliceOfN(rapid.IntRange(0, 12), 0, 5).Draw(r, "acts before each kill")
		pause := rapid.SliceOfN(rapid.Bool(), len(input), len(input)).Draw(r, "pauses")
		var err error
		synctest.Test(t, func(*testing.T) { err = survive(input, kills, pause) })
		if err != nil {
			r.Fatal(err)
		}
	})
}

// lifeInput is two incidents with every kind of notice.
func lifeInput() [][]rules.Transition {
	var input [][]rules.Transition
	for i := range 2 {
		at := day(1 + 8*i)
		input = append(input,
			[]rules.Transition{change(rules.Fire, at, rangeOf("a"))},
			[]rules.Transition{change(rules.Fire, at, rangeOf("b"))},
			[]rules.Transition{change(rules.Fire, at, rangeOf(fmt.Sprint("c", i)))},
			[]rules.Transition{change(rules.Fire, at)},
			[]rules.Transition{change(rules.Supersede, at)},
			[]rules.Transition{change(rules.Resolve, at, version("2"))},
			[]rules.Transition{change(rules.Resolve, at, rangeOf("a")), change(rules.Resolve, at, rangeOf("b"))},
			[]rules.Transition{change(rules.Stale, at, rangeOf(fmt.Sprint("c", i)))},
		)
	}
	return input
}
