// Package sequential watches a stream, one number at a time, and says when it is no longer what it was.
//
// A window tells that something has changed; a sequential detector tells when, and does not wait for a window to close.
// It sees every value once, keeps a bounded state, and is asked after each value whether it warns or alarms. At the update
// that follows an alarm it forgets all it has seen and starts anew.
//
//	detector      watches         what it sees                                             state       false alarms
//	adwin         any numbers     a change of the mean, at any time scale                  5·log(n)    δ a look, proven for values in [0, 1]
//	page_hinkley  any numbers     a lasting change of the mean                             O(1)        depend on the scale
//	kswin         any numbers     a change of the distribution in the newest values        window      α an update: many
//	cusum         any numbers     a lasting rise (or fall) of the mean                     O(1)        depend on the scale
//	ewma          errors, numbers a rise of the error rate, a mean that leaves its chart   O(1)        one in average_run_length
//	ddm           errors          a rise of the error rate above its best                  O(1)        no promise
//	eddm          errors          errors that come closer together                         O(1)        no promise, and many
//	hddm_a        errors, [0, 1]  a rise of the mean above its best                        O(1)        Hoeffding's bound a look
//	hddm_w        errors, [0, 1]  the same in a moving average                             O(1)        McDiarmid's bound a look
//	fhddm         errors, [0, 1]  a fall in a sliding window                               window      Hoeffding's bound a look
//	e_mean        [0, 1], scaled  a mean beyond a tolerance                                O(1)        one in arl values, proven
//	e_bins        any numbers     shares of bins beyond a tolerance                        bins        one in arl values, proven
//
// The first eight of the list in catalogue.go are those of river 0.26.1: the same parameters, defaults, alarms and warnings
// on every stream, because the arithmetic is done in the same order. Products are rounded by float64(…) before they are
// added, so that no processor fuses the two and every machine alarms at the same value. cusum and the error chart of ewma are
// those of Frouros 0.9.0. docs/detectors.md measures all of them on streams without drift and says which to choose.
//
// Reading order: watcher.go (the door: values in, events out), catalogue.go (the list), parameter.go (names, defaults,
// ranges), moments.go and ring.go (what several share); then a file for each detector: adwin.go, pagehinkley.go, kswin.go,
// ddm.go, eddm.go, hddma.go, hddmw.go, fhddm.go, cusum.go, ewma.go; and the e-detectors: wager.go (the bet), reference.go
// (what is known of the time before), emean.go, ebins.go.
//
// The detectors watch one column of one stream and know neither time nor models; the package reads no clock and no file.
package sequential
