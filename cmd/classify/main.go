// Command classify finds sensitive information in texts and files: by a
// classifyd service, or with --local in its own process.
//
// It exits with 0 when all went well, 1 when something failed or could not be
// classified, 2 when the command line cannot stand, and 3 when something at or
// above --fail-at was found, whatever else happened.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"runtime/debug"
	"syscall"

	"github.com/alecthomas/kong"
	mangokong "github.com/alecthomas/mango-kong"
	"github.com/muesli/roff"
	"github.com/posener/complete"
	"github.com/willabides/kongplete"
)

type commands struct {
	service

	Text   textCommand   `cmd:"" help:"Classify a text."`
	File   fileCommand   `cmd:"" help:"Classify files, and the files in directories."`
	Get    getCommand    `cmd:"" help:"Show a job and its result."`
	Watch  watchCommand  `cmd:"" help:"Follow a job until it has ended."`
	List   listCommand   `cmd:"" help:"List jobs, the newest first."`
	Cancel cancelCommand `cmd:"" help:"Cancel jobs."`
	Types  typesCommand  `cmd:"" help:"List what is looked for."`
	Login  loginCommand  `cmd:"" help:"Store the key to a service, read from standard input."`
	Logout logoutCommand `cmd:"" help:"Forget the key to a service."`

	InstallCompletions kongplete.InstallCompletions `cmd:"" help:"Print what makes the shell complete commands: eval \"$$(classify install-completions)\"."`
	Man                manCommand                   `cmd:"" help:"Print the manual page."`

	Version kong.VersionFlag `env:"-" help:"Show the version and exit."`
}

// streams are the standard ones.
type streams struct {
	in       io.Reader
	out, err io.Writer
}

// errFound is why classify exits with 3.
var errFound = errors.New("sensitive information was found")

func main() { os.Exit(run()) }

func run() int {
	parser := kong.Must(&commands{},
		kong.Name("classify"),
		kong.Description("Finds sensitive information in texts and files.\nPayment cards, bank accounts, identity numbers, credentials and more, found by a classifyd service or, with --local, in the process itself."),
		kong.DefaultEnvars("CLASSIFY"),
		kong.Vars{"version": version(), "default_url": defaultURL},
		kong.ConfigureHelp(kong.HelpOptions{Compact: true}),
	)
	kongplete.Complete(parser, kongplete.WithPredictor("file", complete.PredictFiles("*")))
	chosen, err := parser.Parse(os.Args[1:])
	if err != nil {
		fmt.Fprintf(os.Stderr, "classify: %v\n", err)
		return 2
	}
	for _, p := range chosen.Path {
		if p.Flag != nil && p.Flag.Name == "key" {
			fmt.Fprintln(os.Stderr, "classify: everybody on this machine reads --key on the command line: use CLASSIFY_KEY, --key-file or classify login")
		}
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	// A second signal ends the process at once.
	context.AfterFunc(ctx, stop)

	chosen.BindTo(ctx, (*context.Context)(nil))
	err = chosen.Run(&streams{os.Stdin, os.Stdout, os.Stderr}, &chosen.Model.Target.Addr().Interface().(*commands).service)
	switch {
	case err == nil:
		return 0
	case errors.Is(err, errFound):
		return 3
	case ctx.Err() != nil:
		err = errors.New("interrupted")
	}
	fmt.Fprintf(os.Stderr, "classify: %v\n", err)
	return 1
}

const exitCodes = "0 when all went well, 1 when something failed or could not be classified in full, 2 when the command line cannot stand, " +
	"3 when something at or above --fail-at was found, whatever else happened."

type manCommand struct{}

func (manCommand) Run(c *kong.Context, s *streams) error {
	page := mangokong.NewManPage(1, c.Model).
		WithSection("Environment", "Every option has a variable: CLASSIFY_FAIL_AT for --fail-at. CLASSIFY_KEY keeps a key out of the list of processes, as does --key-file.").
		WithSection("Exit status", exitCodes)
	_, err := io.WriteString(s.out, page.Build(roff.NewDocument()))
	return err
}

// version is the module's, which the toolchain takes from the commit.
func version() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "classify, built without a version"
	}
	return "classify " + info.Main.Version + " " + info.GoVersion
}
