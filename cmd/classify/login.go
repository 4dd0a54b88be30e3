package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/term"
)

type loginCommand struct{}

// Run stores a key once the service has taken it.
func (loginCommand) Run(ctx context.Context, std *streams, s *service) error {
	stored, err := readKeys()
	if err != nil {
		return err
	}
	url := s.url(stored)
	if err := s.readKeyFile(); err != nil {
		return err
	}
	if s.Key == "" {
		if s.Key, err = readKey(std, url); err != nil {
			return err
		}
	}
	c, err := s.open()
	if err != nil {
		return err
	}
	for _, err := range c.SensitiveTypes(ctx) {
		if refusedKey(err) {
			return errors.New(url + " does not accept the key")
		}
		if err != nil {
			return err
		}
		break // one answer says enough
	}
	stored.URL = url
	stored.Keys[url] = s.Key
	if err := stored.write(); err != nil {
		return err
	}
	fmt.Fprintf(std.err, "The key to %s is stored.\n", url)
	return nil
}

type logoutCommand struct{}

func (logoutCommand) Run(std *streams, s *service) error {
	stored, err := readKeys()
	if err != nil {
		return err
	}
	url := s.url(stored)
	if _, ok := stored.Keys[url]; !ok {
		return errors.New("no key to " + url + " is stored")
	}
	delete(stored.Keys, url)
	if stored.URL == url {
		stored.URL = ""
	}
	if err := stored.write(); err != nil {
		return err
	}
	fmt.Fprintf(std.err, "The key to %s is forgotten.\n", url)
	return nil
}

// readKey asks for a key, which a terminal does not show.
func readKey(std *streams, url string) (string, error) {
	var key string
	if f, ok := std.in.(*os.File); ok && term.IsTerminal(int(f.Fd())) {
		fmt.Fprintf(std.err, "Key to %s: ", url)
		b, err := term.ReadPassword(int(f.Fd()))
		fmt.Fprintln(std.err)
		if err != nil {
			return "", err
		}
		key = string(b)
	} else {
		line, err := bufio.NewReader(std.in).ReadString('\n')
		if err != nil && err != io.EOF {
			return "", err
		}
		key = line
	}
	if key = strings.TrimSpace(key); key == "" {
		return "", errors.New("the key must not be empty")
	}
	return key, nil
}

// keys are those that login has stored.
type keys struct {
	URL  string            `json:"url,omitzero"` // of the last login
	Keys map[string]string `json:"keys"`         // by URL: a key must go nowhere else
}

// keysPath is where keys are stored, for the user alone.
func keysPath() (string, error) {
	dir, err := os.UserConfigDir()
	if err != nil {
		return "", fmt.Errorf("stored keys: %w", err)
	}
	return filepath.Join(dir, "classify", "keys.json"), nil
}

func readKeys() (*keys, error) {
	k := &keys{Keys: map[string]string{}}
	path, err := keysPath()
	if err != nil {
		return k, nil // no home, no stored keys
	}
	b, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return k, nil
	}
	if err != nil {
		return nil, err
	}
	if json.Unmarshal(b, k) != nil || k.Keys == nil {
		return nil, errors.New(path + " is damaged: delete it and log in again") // what the decoder says may quote a key
	}
	return k, nil
}

// write replaces the file as a whole, so that no half of it is ever read.
func (k *keys) write() (err error) {
	path, err := keysPath()
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return err
	}
	b, err := json.MarshalIndent(k, "", "  ")
	if err != nil {
		return err
	}
	f, err := os.CreateTemp(filepath.Dir(path), "keys-*") // with mode 0600
	if err != nil {
		return err
	}
	_, err = f.Write(append(b, '\n'))
	if err = errors.Join(err, f.Close()); err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		err = errors.Join(err, os.Remove(f.Name()))
	}
	return err
}
