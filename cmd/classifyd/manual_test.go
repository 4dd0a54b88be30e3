package main

import (
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/classifyd/classifyd/api/daemontest"
)

// TestManualOfWorkers runs the programs of the manual on finding more.
func TestManualOfWorkers(t *testing.T) {
	handler := freeAddress(t)
	d := start(t, "--handler", "count=http://"+handler+"/classify")
	for _, p := range daemontest.Programs(t, "../../worker/README.md") {
		p.Text = strings.ReplaceAll(p.Text, "http://127.0.0.1:8080", d.url)
		if p.Output == "" {
			_, port, _ := net.SplitHostPort(handler)
			p.Text = strings.ReplaceAll(p.Text, "9000", port)
			serve(t, p.Command(t, "."), handler)
			continue
		}
		t.Run(p.Language, func(t *testing.T) { p.Run(t, ".") })
	}
}

// operatorsPrograms are those of the manual for operators: to start a fleet, to
// take a backup, to restore one.
func operatorsPrograms(t *testing.T) []daemontest.Program {
	t.Helper()
	programs := daemontest.Programs(t, "../../deploy/README.md")
	if len(programs) != 3 {
		t.Fatalf("the manual has %d programs, want 3", len(programs))
	}
	return programs
}

func TestFleetOfTheManualStarts(t *testing.T) {
	if _, err := exec.LookPath("redis-server"); err != nil {
		daemontest.Skip(t, "%v", err)
	}
	p := operatorsPrograms(t)[0]
	dir := t.TempDir()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	deploy, err := filepath.Abs("../../deploy")
	if err != nil {
		t.Fatal(err)
	}
	for name, target := range map[string]string{"classifyd": self, "deploy": deploy} {
		if err := os.Symlink(target, filepath.Join(dir, name)); err != nil {
			t.Fatal(err)
		}
	}
	_, redis, _ := net.SplitHostPort(freeAddress(t))
	_, api, _ := net.SplitHostPort(freeAddress(t))
	p.Text = strings.NewReplacer("127.0.0.1:6379", "127.0.0.1:"+redis, "deploy/redis.conf", "deploy/redis.conf --port "+redis+" --dir .",
		"127.0.0.1:8080", "127.0.0.1:"+api, "--role api", "--role api --listen 127.0.0.1:"+api).Replace(p.Text)
	c := p.Command(t, dir)
	c.Env = append(os.Environ(), "BE_CLASSIFYD=1", "PATH="+dir+":"+os.Getenv("PATH"))
	c.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	t.Cleanup(func() { _ = syscall.Kill(-c.Process.Pid, syscall.SIGKILL) }) // what it started goes on
	p.MustPrint(t, c)
}

func freeAddress(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

// serve runs a server until the test ends, and returns when it answers at addr.
func serve(t *testing.T, c *exec.Cmd, addr string) {
	t.Helper()
	c.Stderr = nil // it logs each request
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- c.Wait() }()
	t.Cleanup(func() {
		if err := c.Process.Kill(); err == nil {
			<-ended
		}
	})
	for {
		conn, err := net.Dial("tcp", addr)
		if err == nil {
			conn.Close()
			return
		}
		select {
		case err := <-ended:
			t.Fatalf("the server ended: %v", err)
		default:
		}
	}
}
