// Command classifyd is the daemon: the API, the workers, or both. Its other
// commands are for operators of daemons that share a Redis.
//
// It exits with 0 after a stop that was asked for, 1 when something failed and
// 2 when a flag cannot stand.
package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/signal"
	"runtime/debug"
	"syscall"

	"github.com/alecthomas/kong"

	"github.com/classifyd/classifyd/cmd/internal/app"
)

type commands struct {
	app.Options
	Version kong.VersionFlag `env:"-" help:"Show the version and exit."`

	Serve  serve      `cmd:"" default:"1" help:"Run the API, the workers or both until told to stop. So does classifyd without a command."`
	Pause  pauseLane  `cmd:"" help:"Keep workers from taking further jobs out of a lane."`
	Resume resumeLane `cmd:"" help:"Let workers take jobs out of a lane again."`
	Queues queues     `cmd:"" help:"Show what waits and what runs, and which workers serve what."`
}

type serve struct{}

func (serve) Run(ctx context.Context, o *app.Options) error { return app.Run(ctx, *o) }

func main() { os.Exit(run()) }

func run() int {
	var flags commands
	chosen, err := kong.Must(&flags, append(app.Flags(), kong.Vars{"version": version()})...).Parse(os.Args[1:])
	if err != nil {
		fmt.Fprintf(os.Stderr, "classifyd: %v\n", err)
		return 2
	}
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, os.Interrupt)
	defer stop()
	// A second signal ends the process at once.
	context.AfterFunc(ctx, stop)

	chosen.BindTo(ctx, (*context.Context)(nil))
	chosen.BindTo(os.Stdout, (*io.Writer)(nil))
	if err := chosen.Run(&flags.Options); err != nil {
		fmt.Fprintf(os.Stderr, "classifyd: %v\n", err)
		return 1
	}
	return 0
}

// version is the module's, which the toolchain takes from the commit.
func version() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "classifyd, built without a version"
	}
	return "classifyd " + info.Main.Version + " " + info.GoVersion
}
