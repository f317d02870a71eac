package main

import (
	"errors"
	"strconv"
	"strings"
)

// byteSize is a flag: a number of bytes, with K, M or G for the powers of 1024.
type byteSize int

func (b *byteSize) Set(s string) error {
	digits := strings.TrimRight(s, "KMGiB")
	shift, ok := map[string]int{
		"": 0, "K": 10, "KiB": 10, "M": 20, "MiB": 20, "G": 30, "GiB": 30,
	}[s[len(digits):]]
	n, err := strconv.ParseUint(digits, 10, 31)
	if err != nil || !ok || n > (1<<31-1)>>shift {
		return errors.New("want a number of bytes below 2G, as 4096, 64K or 1M")
	}
	*b = byteSize(n << shift)
	return nil
}

func (b *byteSize) String() string {
	switch n := int(*b); {
	case n > 0 && n%(1<<20) == 0:
		return strconv.Itoa(n>>20) + "M"
	case n > 0 && n%(1<<10) == 0:
		return strconv.Itoa(n>>10) + "K"
	default:
		return strconv.Itoa(n)
	}
}

func (b *byteSize) Type() string { return "bytes" }
