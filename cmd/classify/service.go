package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"strings"

	"github.com/classifyd/classifyd/api/client"
)

const defaultURL = "http://127.0.0.1:8080/beta"

// service says which service to ask, and with which key.
type service struct {
	URL string `name:"url" env:"CLASSIFY_URL" placeholder:"URL" help:"Where the service is. Default: that of the last login, or ${default_url}."`
	Key string `placeholder:"KEY" help:"Key to the service, better in the environment: on the command line everybody on the machine reads it. Default: the one that login has stored for the URL."`

	KeyFile string `placeholder:"PATH" help:"File with the key to the service."`
}

// open returns a client of the service.
func (s *service) open() (*client.Client, error) {
	stored, err := readKeys()
	if err != nil {
		return nil, err
	}
	url := s.url(stored)
	if err := s.readKeyFile(); err != nil {
		return nil, err
	}
	key := cmp.Or(s.Key, stored.Keys[url])
	o := client.Options{URL: url}
	if key != "" {
		o.Token = func(context.Context) (string, error) { return key, nil }
	}
	c, err := client.New(o)
	if err != nil {
		return nil, errors.New("--url: must be that of a service, for example " + defaultURL)
	}
	return c, nil
}

// readKeyFile reads --key-file, if it is given, into Key.
func (s *service) readKeyFile() error {
	if s.KeyFile == "" {
		return nil
	}
	if s.Key != "" {
		return errors.New("--key and --key-file: one of them is enough")
	}
	b, err := os.ReadFile(s.KeyFile)
	if err != nil {
		return fmt.Errorf("--key-file: %w", err)
	}
	if s.Key = strings.TrimSpace(string(b)); s.Key == "" {
		return errors.New("--key-file: there is no key in it")
	}
	s.KeyFile = ""
	return nil
}

func (s *service) url(stored *keys) string { return cmp.Or(s.URL, stored.URL, defaultURL) }

// refusedKey reports whether a service wants another key, or one at all.
func refusedKey(err error) bool {
	e, ok := errors.AsType[*client.Error](err)
	return ok && e.Status == http.StatusUnauthorized
}
