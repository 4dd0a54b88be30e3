package app

import (
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func blobDirs(t *testing.T, in string) []string {
	t.Helper()
	dirs, err := filepath.Glob(filepath.Join(in, "classifyd-blobs-*"))
	if err != nil {
		t.Fatal(err)
	}
	return dirs
}

func TestEmbeddedRedisHasATemporaryPlaceForBlobs(t *testing.T) {
	dir := t.TempDir()
	t.Setenv("TMPDIR", dir)
	o := mustFlags(t, "--listen", "127.0.0.1:0")
	o.Log = slog.New(slog.DiscardHandler)
	a, err := New(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	a.Start()
	dirs := blobDirs(t, dir)
	if len(dirs) != 1 {
		t.Fatalf("directories for blobs: %q, want one", dirs)
	}
	if info, err := os.Stat(dirs[0]); err != nil || info.Mode().Perm() != 0o700 {
		t.Errorf("its mode is %v, %v, want 0700", info.Mode(), err)
	}
	if err := a.Stop(); err != nil {
		t.Error(err)
	}
	if dirs := blobDirs(t, dir); len(dirs) > 0 {
		t.Errorf("left: %q", dirs)
	}
}

func TestPlaceThatCannotBeOpenedIsNamed(t *testing.T) {
	for _, url := range []string{"blobs", "gs://bucket", "file:///dev/null/blobs", "s3://secret:word@none?color=green"} {
		o := mustFlags(t, "--listen", "127.0.0.1:0", "--blob", url)
		o.Log = slog.New(slog.DiscardHandler)
		_, err := New(t.Context(), o)
		if err == nil || !strings.HasPrefix(err.Error(), "--blob: ") || strings.Contains(err.Error(), "word") {
			t.Errorf("--blob %s: %v", url, err)
		}
	}
}
