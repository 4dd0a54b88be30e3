package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"
)

// buildSkewed builds this program once more with a clock that is ahead: the
// one function of package time that reads it is compiled with the difference
// added. It needs the toolchain, and a working directory in the source of this
// module. remove deletes the binary.
func buildSkewed(ctx context.Context, ahead time.Duration) (binary string, remove func(), err error) {
	dir, err := os.MkdirTemp("", "hammer-clock-")
	if err != nil {
		return "", nil, err
	}
	remove = func() { _ = os.RemoveAll(dir) }
	defer func() {
		if err != nil {
			remove()
		}
	}()
	root, err := exec.CommandContext(ctx, "go", "env", "GOROOT").Output()
	if err != nil {
		return "", nil, fmt.Errorf("a worker with another clock is built from source, with Go: %w", err)
	}
	file := filepath.Join(strings.TrimSpace(string(root)), "src", "time", "time.go")
	const reads = "sec, nsec, mono := runtimeNow()"
	binary, err = buildOverlaid(ctx, dir, edit{file, reads, fmt.Sprintf("%s\n\tsec += %d", reads, int(ahead.Seconds()))})
	return binary, remove, err
}

// An edit replaces a piece of a source file.
type edit struct{ file, old, new string }

// buildOverlaid builds this program into dir with edits that the source tree
// does not see.
func buildOverlaid(ctx context.Context, dir string, edits ...edit) (binary string, err error) {
	replace := map[string]string{}
	for i, e := range edits {
		from := e.file
		if f := replace[e.file]; f != "" {
			from = f
		}
		b, err := os.ReadFile(from)
		if err != nil {
			return "", err
		}
		if strings.Count(string(b), e.old) != 1 {
			return "", fmt.Errorf("%s does not hold %q once", e.file, e.old)
		}
		replace[e.file] = filepath.Join(dir, fmt.Sprintf("%d-%s", i, filepath.Base(e.file)))
		if err := os.WriteFile(replace[e.file], []byte(strings.Replace(string(b), e.old, e.new, 1)), 0o600); err != nil {
			return "", err
		}
	}
	overlay, err := json.Marshal(map[string]any{"Replace": replace})
	if err != nil {
		return "", err
	}
	file := filepath.Join(dir, "overlay.json")
	if err := os.WriteFile(file, overlay, 0o600); err != nil {
		return "", err
	}
	binary = filepath.Join(dir, "hammer")
	out, err := exec.CommandContext(ctx, "go", "build", "-overlay", file, "-o", binary, "github.com/classifyd/classifyd/cmd/hammer").CombinedOutput()
	if err != nil {
		return "", errors.Join(err, errors.New(string(out)))
	}
	return binary, nil
}
