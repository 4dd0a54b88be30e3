package app

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/signal"
	"runtime/debug"
	"syscall"

	"github.com/alecthomas/kong"
)

// Main is the daemon with these flags, whose Options each change then has a
// say in, or another of its commands, whose Run may ask for a context.Context,
// the *Options and an io.Writer for its output. It returns the exit code: 0 after
// a stop that was asked for, 1 when something failed and 2 when a flag cannot
// stand.
func Main(args []string, commands []kong.Option, changes ...func(*Options)) int {
	var flags struct {
		Options
		Version kong.VersionFlag `env:"-" help:"Show the version and exit."`
		Serve   serve            `cmd:"" default:"1" help:"Run the API, the workers or both until told to stop. So does classifyd without a command."`
	}
	chosen, err := kong.Must(&flags, append(append(Flags(), kong.Vars{"version": version()}), commands...)...).Parse(args)
	if err != nil {
		fmt.Fprintf(os.Stderr, "classifyd: %v\n", err)
		return 2
	}
	for _, change := range changes {
		change(&flags.Options)
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

type serve struct{}

func (serve) Run(ctx context.Context, o *Options) error { return Run(ctx, *o) }

// version is the module's, which the toolchain takes from the commit.
func version() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "classifyd, built without a version"
	}
	return "classifyd " + info.Main.Version + " " + info.GoVersion
}
