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
	}
	if _, err := kong.Must(&flags, append(Flags(), kong.Vars{"version": version()})...).Parse(args); err != nil {
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

	if err := Run(ctx, flags.Options); err != nil {
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
