package main

import (
	"fmt"
	"strconv"
)

// whole is the value of a flag that gives a number of things, of which there is at least one. The parser's own would read
// 2.7 as 2.
type whole int

// Set reads it.
func (n *whole) Set(text string) error {
	size, err := strconv.Atoi(text)
	switch {
	case err != nil:
		return fmt.Errorf("%q is no whole number: use one such as 10", text)
	case size < 1:
		return fmt.Errorf("%d is too few: use 1 or more", size)
	}
	*n = whole(size)
	return nil
}

func (n *whole) String() string { return strconv.Itoa(int(*n)) }
