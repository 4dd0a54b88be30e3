// Package filetest writes files of the kinds that package extract reads. For
// tests alone.
package filetest

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"compress/gzip"
	"encoding/base64"
	"encoding/binary"
	"hash/crc32"
	"io"
	"slices"
	"testing"

	"github.com/klauspost/compress/zstd"
	"github.com/ulikunitz/xz"
)

// A File is a name and what is in it.
type File [2]string

// Zip writes an archive of the files, a mimetype without compression.
func Zip(t testing.TB, files ...File) []byte {
	t.Helper()
	return zipped(t, zip.Deflate, files)
}

// Stored writes an archive of the files as they are.
func Stored(t testing.TB, files ...File) []byte {
	t.Helper()
	return zipped(t, zip.Store, files)
}

func zipped(t testing.TB, most uint16, files []File) []byte {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for _, f := range files {
		method := most
		if f[0] == "mimetype" {
			method = zip.Store
		}
		w, err := z.CreateHeader(&zip.FileHeader{Name: f[0], Method: method})
		if err == nil {
			_, err = io.WriteString(w, f[1])
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// Tar writes an archive of the files.
func Tar(t testing.TB, files ...File) []byte {
	t.Helper()
	var b bytes.Buffer
	z := tar.NewWriter(&b)
	for _, f := range files {
		err := z.WriteHeader(&tar.Header{Name: f[0], Size: int64(len(f[1])), Mode: 0o600})
		if err == nil {
			_, err = io.WriteString(z, f[1])
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// packed returns data as w, which writes to b, compresses it.
func packed(t testing.TB, b *bytes.Buffer, w io.WriteCloser, data []byte) []byte {
	t.Helper()
	if _, err := w.Write(data); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// Gzip returns data as gzip compresses it.
func Gzip(t testing.TB, data []byte) []byte {
	var b bytes.Buffer
	return packed(t, &b, gzip.NewWriter(&b), data)
}

// XZ returns data as xz compresses it.
func XZ(t testing.TB, data []byte) []byte {
	t.Helper()
	var b bytes.Buffer
	w, err := xz.NewWriter(&b)
	if err != nil {
		t.Fatal(err)
	}
	return packed(t, &b, w, data)
}

// Zstd returns data as zstd compresses it.
func Zstd(t testing.TB, data []byte) []byte {
	t.Helper()
	var b bytes.Buffer
	w, err := zstd.NewWriter(&b)
	if err != nil {
		t.Fatal(err)
	}
	return packed(t, &b, w, data)
}

// Bzipped is what Bzip2 has compressed; Go cannot write bzip2.
const Bzipped = "first line\nthe needle is jane.doe1@mail.example.org\n"

// Bzip2 returns Bzipped as bzip2 compresses it.
func Bzip2(t testing.TB) []byte {
	t.Helper()
	b, err := base64.StdEncoding.DecodeString("QlpoOTFBWSZTWYsM2+EAAAzdgAAQQAEgAEAAJ/fcQCAAVFGjIGjTI0GqbKeptRgaYp6oeCGqBdy3duVYidDTE3ZXYREnNUoaW5rwXjfPi7kinChIRYZt8IA=")
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// SevenZip writes an archive of one short file, which is stored.
func SevenZip(t testing.TB, f File) []byte {
	t.Helper()
	return SevenZipBy(t, "\x01\x01\x00", f)
}

// SevenZipBy is SevenZip, but says that the file went through these coders of a
// folder.
func SevenZipBy(t testing.TB, coders string, f File) []byte {
	t.Helper()
	if len(f[1]) > 127 || len(f[0]) > 60 {
		t.Fatal("the file is too long")
	}
	size := byte(len(f[1]))
	header := []byte{1, 4, // header, its streams
		6, 0, 1, 9, size, 0, // one packed stream at 0
		7, 11, 1, 0} // one folder
	header = append(header, coders...)
	header = append(header, 12, size, 0,
		8, 10, 1) // checksums, of all
	header = binary.LittleEndian.AppendUint32(header, crc32.ChecksumIEEE([]byte(f[1])))
	header = append(header, 0, 0, 5, 1, 17, byte(2*len(f[0])+3), 0) // one file, names
	header = append(header, UTF16(f[0]+"\x00")...)
	header = append(header, 0, 0)

	start := binary.LittleEndian.AppendUint64(nil, uint64(size))
	start = binary.LittleEndian.AppendUint64(start, uint64(len(header)))
	start = binary.LittleEndian.AppendUint32(start, crc32.ChecksumIEEE(header))
	b := binary.LittleEndian.AppendUint32([]byte("7z\xbc\xaf\x27\x1c\x00\x04"), crc32.ChecksumIEEE(start))
	return slices.Concat(b, start, []byte(f[1]), header)
}
