// Command classifyd is the daemon: the API, the workers, or both. "classifyd key"
// makes, lists and revokes the API keys that it takes.
//
// It exits with 0 after a stop that was asked for, 1 when something failed and
// 2 when a flag cannot stand.
package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"runtime/debug"
	"syscall"

	"github.com/alecthomas/kong"

	"github.com/classifyd/classifyd/cmd/internal/app"
)

func main() { os.Exit(run()) }

func run() int {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, os.Interrupt)
	defer stop()
	// A second signal ends the process at once.
	context.AfterFunc(ctx, stop)

	err, wrong := do(ctx, os.Args[1:])
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
func do(ctx context.Context, args []string) (err, wrong error) {
	if len(args) > 0 && args[0] == "key" {
		return app.RunKeys(ctx, os.Stdout, args[1:])
	}
	var flags struct {
		app.Options
		Version kong.VersionFlag `env:"-" help:"Show the version and exit."`
	}
	if _, err := kong.Must(&flags, append(app.Flags(), kong.Vars{"version": version()})...).Parse(args); err != nil {
		return nil, err
	}
	return app.Run(ctx, flags.Options), nil
}

// version is the module's, which the toolchain takes from the commit.
func version() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "classifyd, built without a version"
	}
	return "classifyd " + info.Main.Version + " " + info.GoVersion
}
