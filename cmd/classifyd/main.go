// Command classifyd is the daemon: the API, the workers, or both. Its other
// commands are for operators of daemons that share a Redis.
//
// It exits with 0 after a stop that was asked for, 1 when something failed and
// 2 when a flag cannot stand.
package main

import (
	"os"

	"github.com/classifyd/classifyd/cmd/internal/app"
)

func main() { os.Exit(app.Main(os.Args[1:])) }
