// Command classifyd is the daemon: the API, the workers, or both. Its commands
// beside that look after the queue.
//
// It exits with 0 after a stop that was asked for, 1 when something failed and
// 2 when a flag cannot stand.
package main

import (
	"os"

	"github.com/alecthomas/kong"

	"github.com/classifyd/classifyd/cmd/internal/app"
)

func main() {
	os.Exit(app.Main(os.Args[1:], []kong.Option{
		kong.DynamicCommand("pause", "Keep workers from taking further jobs out of a lane.", "", &pauseLane{}),
		kong.DynamicCommand("resume", "Let workers take jobs out of a lane again.", "", &resumeLane{}),
		kong.DynamicCommand("queues", "Show what waits and what runs, and which workers serve what.", "", &queues{}),
	}))
}
