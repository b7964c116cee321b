// Package retrainfake plays the training pipeline at the other end of package retrain: a receiver that trusts no request
// it cannot verify (receiver.go), answers as its script says (answer.go), and reports back over real HTTP (report.go). The
// tests and the demonstration use it.
package retrainfake
