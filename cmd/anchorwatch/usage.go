package main

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/alecthomas/kingpin/v2"
)

// misuse says what is wrong with a command line and where its help is. The parser's own words name neither the flag whose
// value is wrong nor the one that was meant.
func misuse(app *kingpin.Application, args []string, err error) string {
	context, _ := app.ParseContext(args) // again, for how far it came
	says, help, flags := err.Error(), "anchorwatch", app.Model().Flags
	if command := context.SelectedCommand; command != nil {
		help += " " + command.FullCommand()
		flags = append(flags, command.Model().Flags...)
	}
	if unknown, ok := strings.CutPrefix(says, "unknown long flag '--"); ok {
		var names []string
		for _, flag := range flags {
			names = append(names, "--"+flag.Name)
		}
		says += didYouMean("--"+strings.TrimSuffix(unknown, "'"), names)
	}
	for _, element := range context.Elements {
		flag, ok := element.Clause.(*kingpin.FlagClause)
		if !ok || element.Value == nil {
			continue
		}
		if refused := flag.Model().Value.Set(*element.Value); refused != nil && refused.Error() == says {
			if number, ok := errors.AsType[*strconv.NumError](refused); ok {
				says = fmt.Sprintf("%q is no number", number.Num)
			}
			says = "--" + flag.Model().Name + ": " + says
			break
		}
	}
	return fmt.Sprintf("%s; see %s --help", says, help)
}
