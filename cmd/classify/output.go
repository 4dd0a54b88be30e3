package main

import (
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"iter"
	"strings"
	"text/tabwriter"
)

// output says how what was found is written.
type output struct {
	Output string `short:"o" default:"table" enum:"table,json,ndjson,csv,sarif" help:"Form of the output: ${enum}."`
}

// listed says how lists are written.
type listed struct {
	Output string `short:"o" default:"table" enum:"table,json,ndjson,csv" help:"Form of the output: ${enum}."`
}

// A column of a list has a name and the text of each item.
type column[T any] struct {
	name string
	of   func(T) string
}

// write writes a list in the form that l says. In JSON items are as they are.
func write[T any](w io.Writer, l listed, items iter.Seq2[T, error], columns []column[T]) error {
	var add func(T) error
	end := func() error { return nil }
	switch l.Output {
	case "json":
		array := &array{w: w}
		add, end = func(item T) error { return array.add(item) }, array.end
	case "ndjson":
		add = func(item T) error { return encode(w, item) }
	case "csv":
		c := csv.NewWriter(w)
		if err := c.Write(row(columns, func(c column[T]) string { return c.name })); err != nil {
			return err
		}
		add = func(item T) error { return c.Write(row(columns, func(c column[T]) string { return c.of(item) })) }
		end = func() error { c.Flush(); return c.Error() }
	default:
		t := newTable(w)
		t.row(row(columns, func(c column[T]) string { return strings.ToUpper(c.name) })...)
		add = func(item T) error { t.row(row(columns, func(c column[T]) string { return c.of(item) })...); return nil }
		end = t.Flush
	}
	for item, err := range items {
		if err == nil {
			err = add(item)
		}
		if err != nil {
			return err
		}
	}
	return end()
}

func row[T any](columns []column[T], text func(column[T]) string) []string {
	out := make([]string, len(columns))
	for i, c := range columns {
		out[i] = text(c)
	}
	return out
}

// A table has its columns one under the other.
type table struct{ *tabwriter.Writer }

func newTable(w io.Writer) table { return table{tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)} }

// row adds a row; the error of its writer comes with Flush.
func (t table) row(cells ...string) {
	for i, c := range cells {
		cells[i] = printable(c)
	}
	fmt.Fprintln(t, strings.Join(cells, "\t"))
}

// encode writes v as a line of JSON.
func encode(w io.Writer, v any) error {
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	return e.Encode(v)
}

// An array is one of JSON, written as its items come.
type array struct {
	w     io.Writer
	begun bool
}

func (a *array) add(v any) error {
	before := ",\n"
	if !a.begun {
		before = "[\n"
	}
	a.begun = true
	var b strings.Builder
	if err := encode(&b, v); err != nil {
		return err
	}
	_, err := io.WriteString(a.w, before+strings.TrimSuffix(b.String(), "\n"))
	return err
}

func (a *array) end() error {
	if !a.begun {
		_, err := io.WriteString(a.w, "[]\n")
		return err
	}
	_, err := io.WriteString(a.w, "\n]\n")
	return err
}
