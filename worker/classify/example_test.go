package classify_test

import (
	"context"
	"fmt"

	"github.com/classifyd/classifyd/worker/classify"
	"github.com/classifyd/classifyd/worker/classify/types"
)

func ExampleEngine_Scan() {
	engine, err := classify.New(types.All())
	if err != nil {
		panic(err)
	}
	res, err := engine.Scan(context.Background(), "Visa 4111 1111 1111 1111, jane@example.com", classify.Options{})
	if err != nil {
		panic(err)
	}
	for _, f := range res.Findings {
		for _, m := range f.Matches {
			fmt.Println(f.Type.Name, m.Offset, m.Length, m.Confidence, m.Evidence)
		}
	}
	// Output:
	// Credit Card Number 5 19 85 [{Visa 0 4}]
	// E-mail Address 26 16 85 []
}
