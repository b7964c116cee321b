package main

import (
	"io"
	"time"

	"github.com/alecthomas/kingpin/v2"
	"github.com/rs/zerolog"
)

// logFlags choose how much is logged, and how.
type logFlags struct {
	level, format *string
}

func addLogFlags(clause *kingpin.CmdClause) logFlags {
	return logFlags{
		level:  clause.Flag("log.level", "Least level that is logged: debug, info, warn, error.").Default("info").Enum("debug", "info", "warn", "error"),
		format: clause.Flag("log.format", "json, or console for people.").Default("json").Enum("json", "console"),
	}
}

// logger returns the logger that the flags describe.
func (f logFlags) logger(w io.Writer) zerolog.Logger {
	if *f.format == "console" {
		w = zerolog.ConsoleWriter{Out: w, TimeFormat: time.TimeOnly, NoColor: true}
	}
	level, err := zerolog.ParseLevel(*f.level)
	if err != nil {
		level = zerolog.InfoLevel
	}
	return zerolog.New(w).Level(level).With().Timestamp().Logger()
}
