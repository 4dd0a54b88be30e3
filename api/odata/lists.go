package odata

import "slices"

// parseOrderBy reads properties, each followed by asc, desc or nothing.
func parseOrderBy(value string, schema Schema) ([]Order, error) {
	l, err := newLexer(OrderBy, value)
	if err != nil {
		return nil, err
	}
	var orders []Order
	sortable := func(p *Property) bool { return p.Sortable }
	err = l.each(schema, sortable, "ordered by", func(name string, at int) error {
		if slices.ContainsFunc(orders, func(o Order) bool { return o.Property == name }) {
			return l.fail(at, "the property is in the list already")
		}
		desc, err := l.take("desc")
		if err == nil && !desc {
			_, err = l.take("asc")
		}
		orders = append(orders, Order{name, desc})
		return err
	})
	return orders, err
}

// parseSelect reads properties. With a * among them all are selected.
func parseSelect(value string, schema Schema) ([]string, error) {
	l, err := newLexer(Select, value)
	if err != nil {
		return nil, err
	}
	all := false
	var names []string
	selectable := append(slices.Clone(schema), Property{Name: "*"})
	err = l.each(selectable, func(*Property) bool { return true }, "selected", func(name string, _ int) error {
		all = all || name == "*"
		if !slices.Contains(names, name) {
			names = append(names, name)
		}
		return nil
	})
	if all {
		names = nil
	}
	return names, err
}

// each calls item behind each name of a list, with the name as the schema
// spells it and where it stood.
func (l *lexer) each(schema Schema, ok func(*Property) bool, use string, item func(name string, at int) error) error {
	for {
		name := l.tok
		if name.kind != word {
			return l.failf("expected a property")
		}
		property, err := l.lookup(schema, name, ok, use)
		if err != nil {
			return err
		}
		if err := l.next(); err != nil {
			return err
		}
		if err := item(property.Name, name.start); err != nil {
			return err
		}
		more, err := l.take(",")
		if err != nil {
			return err
		}
		if !more {
			break
		}
	}
	if l.tok.kind != end {
		return l.failf("expected , or the end")
	}
	return nil
}
