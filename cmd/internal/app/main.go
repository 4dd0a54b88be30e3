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

// commands are what the daemon's program can do: those beside serve are for
// operators of daemons that share a Redis, and share their flags.
type commands struct {
	Options
	Version kong.VersionFlag `env:"-" help:"Show the version and exit."`

	Serve  serve      `cmd:"" default:"1" help:"Run the API, the workers or both until told to stop. So does classifyd without a command."`
	Pause  pauseLane  `cmd:"" help:"Keep workers from taking further jobs out of a lane."`
	Resume resumeLane `cmd:"" help:"Let workers take jobs out of a lane again."`
	Queues queues     `cmd:"" help:"Show what waits and what runs, and which workers serve what."`
	Doctor Doctor     `cmd:"" help:"Look at all that the queue holds in Redis, mend what is wrong, and print what it was."`
	Key    keys       `cmd:"" help:"Make, list and revoke the API keys of tenants, for daemons that run with --api-keys."`

	Keyring keyrings `cmd:"" help:"Make and change the key ring of --encryption-keys."`
}

type serve struct{}

func (serve) Run(ctx context.Context, o *Options) error { return Run(ctx, *o) }

// Main is the daemon with these arguments, whose Options each change then has a
// say in. It returns the exit code: 0 after a stop that was asked for, 1 when
// something failed and 2 when a flag cannot stand.
func Main(args []string, changes ...func(*Options)) int {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, os.Interrupt)
	defer stop()
	// A second signal ends the process at once.
	context.AfterFunc(ctx, stop)

	err, wrong := do(ctx, os.Stdout, args, changes...)
	switch {
	case wrong != nil:
		fmt.Fprintf(os.Stderr, "classifyd: %v\n", wrong)
		return 2
	case err != nil:
		fmt.Fprintf(os.Stderr, "classifyd: %v\n", err)
		return 1
	}
	return 0
}

// do does what args ask for. Its second error is about args themselves.
func do(ctx context.Context, out io.Writer, args []string, changes ...func(*Options)) (err, wrong error) {
	var flags commands
	chosen, err := kong.Must(&flags, append(Flags(), kong.Vars{"version": version()})...).Parse(args)
	if err != nil {
		return nil, err
	}
	if err := checkCommandLine(chosen, &flags.Options); err != nil {
		return nil, err
	}
	for _, change := range changes {
		change(&flags.Options)
	}
	chosen.BindTo(ctx, (*context.Context)(nil))
	chosen.BindTo(out, (*io.Writer)(nil))
	return chosen.Run(&flags.Options), nil
}

// version is the module's, which the toolchain takes from the commit.
func version() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "classifyd, built without a version"
	}
	return "classifyd " + info.Main.Version + " " + info.GoVersion
}
