// Command hammer tries classifyd hard. Its bench runs our queue and bare asynq
// side by side, in turns, on a Redis server that it starts for itself. Its load
// drives a running service at a fixed rate. Its check has many clients call real
// daemons while processes, Redis and the network between them fail, and then
// checks every promise. Its score tells how much of what labelled data holds the
// detection engine finds.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"

	"github.com/alecthomas/kong"

	"github.com/classifyd/classifyd/cmd/hammer/load"
	"github.com/classifyd/classifyd/cmd/hammer/score"
)

type commands struct {
	Bench       bench        `cmd:"" help:"Measure our queue beside bare asynq, on a Redis server of its own."`
	Check       check        `cmd:"" help:"Break things, and check that every promise is kept."`
	Load        load.Command `cmd:"" help:"Drive a running service at a fixed rate, and tell how long it takes to answer."`
	FleetWorker fleetWorker  `cmd:"" hidden:""`
	WaitersHost waitersHost  `cmd:"" hidden:""`

	Score score.Command `cmd:"" help:"Score the detection engine on labelled data, against its goals."`
}

func main() {
	if len(os.Args) > 1 && os.Args[1] == daemonCommand {
		os.Exit(daemon(os.Args[2:]))
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	run := kong.Parse(&commands{}, kong.Name("hammer"), kong.Description("Load, faults, side-by-side benchmarks and scores for classifyd."),
		kong.UsageOnError(), kong.Vars{"contests": contestNames(), "faults": faultNames()}, kong.BindTo(ctx, (*context.Context)(nil)))
	run.FatalIfErrorf(run.Run())
}
