// Package report computes the key figures of the desk from its history, and
// renders them for people: as text, HTML, CSV and JSON.
//
// A Fold reads events in the order they happened and closes one period after the
// other. What a period says depends on nothing that happened after its end, so
// that the figures of a past week are the same whenever they are computed. The
// calendars of the configuration are the one thing from outside: they say how
// many open days a waiting ticket is old.
//
// The package is pure: it reads no clock, file, network or log.
package report
