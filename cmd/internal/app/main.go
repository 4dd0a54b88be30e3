package app

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"runtime/debug"
	"syscall"

	"github.com/alecthomas/kong"
)

// Main is the daemon with these flags, whose Options each change then has a
// say in. It returns the exit code: 0 after a stop that was asked for, 1 when
// something failed and 2 when a flag cannot stand.
func Main(args []string, changes ...func(*Options)) int {
	var flags struct {
		Options
		Version kong.VersionFlag `env:"-" help:"Show the version and exit."`
		Serve   struct{}         `cmd:"" default:"1" help:"Run the API, the workers, or both. What is done without a command."`
		Doctor  Doctor           `cmd:"" help:"Look at all that the queue holds in Redis, mend what is wrong, and print what it was."`
	}
	command, err := kong.Must(&flags, append(Flags(), kong.Vars{"version": version()})...).Parse(args)
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

	if command.Command() == "doctor" {
		err = flags.Doctor.Run(ctx, &flags.Options, os.Stdout, os.Stderr)
	} else {
		err = Run(ctx, flags.Options)
	}
	if err != nil {
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
