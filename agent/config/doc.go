// Package config reads what users write: one YAML file, strictly, with every problem at once.
//
// The structs of config.go are the whole language. decode.go walks the file beside them and reports unknown keys, wrong
// types, repeated keys and unreadable values with their line and column; validate.go checks what only makes sense
// together, at the same places. A key that is absent takes the default in its field's tag. Nothing is replaced in a file
// but ${env:NAME}, and that only in secrets, brokers and URLs, because a dollar is an ordinary character elsewhere.
//
// A secret may stand in a file of its own, named by the key with _file at its end, and is never printed: secret.go.
//
// Reading order: config.go, secret.go, load.go (file to Config), decode.go, scalar.go (durations and sizes),
// validate.go, problem.go (how it is said), marshal.go (the way back, masked).
//
// The reference in docs/config.md is generated from the fields' comments and tags:
//
//	go test ./agent/config -run TestReference -update
package config
