package odata_test

import (
	"fmt"

	"github.com/classifyd/classifyd/api/odata"
)

var schema = odata.Schema{
	{Name: "status", Kind: odata.String, Fold: true, Values: []string{"running", "succeeded", "failed"}},
	{Name: "creationDateTime", Kind: odata.Time, Sortable: true},
	{Name: "attempts", Kind: odata.Int},
}

func ExampleParse() {
	q, err := odata.Parse("$filter=status+ne+'Failed'&top=20&$orderby=creationDateTime+desc", schema)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(q.Filter)
	fmt.Println(*q.Top, q.OrderBy)

	_, err = odata.Parse("$filter=state+eq+'failed'", schema)
	fmt.Println(err)
	// Output:
	// (ne status "failed")
	// 20 [{creationDateTime true}]
	// $filter at position 1: "state" cannot be filtered on, only status, creationDateTime or attempts
}

func ExampleCover() {
	for _, filter := range []string{
		"status ne 'failed' and creationDateTime ge 2026-01-31T12:00:00Z",
		"status eq 'failed' and attempts gt 1",
	} {
		e, err := odata.ParseFilter(filter, schema)
		if err != nil {
			fmt.Println(err)
			return
		}
		r := odata.Cover(e, "status", "creationDateTime")
		for _, b := range r.Boxes {
			fmt.Println(b.Set("status").Values, b.Range("creationDateTime").From, r.Exact)
		}
	}
	// Output:
	// [running succeeded] 2026-01-31 12:00:00 +0000 UTC true
	// [failed] 0001-01-01 00:00:00 +0000 UTC false
}
