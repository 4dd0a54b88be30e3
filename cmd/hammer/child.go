package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
)

// A child is another process of this program, which does the part of one side
// that has to be apart. It answers each line that it is sent with one line,
// and ends when its input does.
type child struct {
	cmd *exec.Cmd
	in  io.WriteCloser
	out *bufio.Scanner
}

func startChild(ctx context.Context, args ...string) (*child, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	c := &child{cmd: exec.CommandContext(ctx, self, args...)}
	c.cmd.Stderr = os.Stderr
	if c.in, err = c.cmd.StdinPipe(); err != nil {
		return nil, err
	}
	out, err := c.cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	c.out = bufio.NewScanner(out)
	return c, c.cmd.Start()
}

// ask sends a line and returns the one that comes back.
func (c *child) ask(line string) (string, error) {
	if _, err := fmt.Fprintln(c.in, line); err != nil {
		return "", err
	}
	if !c.out.Scan() {
		return "", errors.Join(c.out.Err(), errors.New("a child process ended early"))
	}
	return c.out.Text(), nil
}

// stop ends the process and waits for it.
func (c *child) stop() error { return errors.Join(c.in.Close(), c.cmd.Wait()) }

// serveParent answers the lines on standard input until there are no more.
func serveParent(answer func(line string) (string, error)) error {
	for in := bufio.NewScanner(os.Stdin); in.Scan(); {
		line, err := answer(strings.TrimSpace(in.Text()))
		if err != nil {
			return err
		}
		fmt.Println(line)
	}
	return nil
}
