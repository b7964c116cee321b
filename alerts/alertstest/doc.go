// Package alertstest holds what tests of alerts need: a notifier that records (Recorder), and the suite that every
// notifier over HTTP passes (StatusCodes: which answer is tried again, which is final).
package alertstest
