package app

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"text/tabwriter"

	"github.com/classifyd/classifyd/jobs"
	"github.com/classifyd/classifyd/jobs/keyring"
)

// rings are the keys of --encryption-keys, whose file may be replaced.
type rings struct{ *replaceable[*keyring.Ring] }

func openRings(path string, log *slog.Logger) (rings, error) {
	r := rings{&replaceable[*keyring.Ring]{what: "key ring", files: []string{path}, log: log}}
	r.read = func() (*keyring.Ring, error) {
		ring, err := keyring.Read(path)
		if err != nil {
			return nil, fmt.Errorf("--encryption-keys: %w", err)
		}
		return ring, nil
	}
	return r, r.load()
}

func (r rings) Seal(plain []byte, about string) ([]byte, error) { return r.get().Seal(plain, about) }

func (r rings) Open(sealed []byte, about string) ([]byte, error) {
	plain, err := r.get().Open(sealed, about)
	if errors.Is(err, jobs.ErrNoKey) {
		plain, err = r.now().Open(sealed, about) // others may have got it sooner
	}
	return plain, err
}

func (r rings) Marks(b []byte) (all []string, primary string) { return r.get().Marks(b) }

// keyrings make and change the file of --encryption-keys.
type keyrings struct {
	New     newRing    `cmd:"" help:"Make the file, with one key."`
	Add     addKey     `cmd:"" help:"Add a key. It opens what others encrypt with it; to encrypt with it too, promote it once every process has the file."`
	Promote promoteKey `cmd:"" help:"Have a key encrypt from now on. The others go on opening what they encrypted."`
	List    listRing   `cmd:"" help:"List the keys, without what is secret."`
	Renew   renew      `cmd:"" help:"Have the key that encrypts do so with the tenants' own sensitive types anew. Jobs need no such thing, since they end."`
	Remove  removeKey  `cmd:"" help:"Remove a key. What it encrypted is lost, so wait for --retention after another was promoted, and renew."`
}

// ringFile is where the ring is.
func (o *Options) ringFile() (string, error) {
	if o.EncryptionKeys == "" {
		return "", errors.New("--encryption-keys: is required, the key ring is there")
	}
	return o.EncryptionKeys, nil
}

type newRing struct{}

func (newRing) Run(o *Options, out io.Writer) error { return o.printKey(out, keyring.Create) }

type addKey struct{}

func (addKey) Run(o *Options, out io.Writer) error { return o.printKey(out, keyring.Add) }

// printKey prints the id of the key that a change of the ring has made.
func (o *Options) printKey(out io.Writer, change func(path string) (keyring.ID, error)) error {
	path, err := o.ringFile()
	if err != nil {
		return err
	}
	id, err := change(path)
	if err != nil {
		return fmt.Errorf("--encryption-keys: %w", err)
	}
	_, err = fmt.Fprintln(out, id)
	return err
}

// A ringKey is one of the ring.
type ringKey struct {
	ID keyID `arg:"" help:"The key's id, as list shows it."`
}

// A keyID is read from the command line.
type keyID keyring.ID

// UnmarshalText reads what keyring list prints.
func (id *keyID) UnmarshalText(b []byte) error {
	n, err := keyring.ParseID(string(b))
	*id = keyID(n)
	return err
}

func (k ringKey) change(o *Options, change func(path string, id keyring.ID) error) error {
	path, err := o.ringFile()
	if err != nil {
		return err
	}
	if err := change(path, keyring.ID(k.ID)); err != nil {
		return fmt.Errorf("--encryption-keys: key %s: %w", keyring.ID(k.ID), err)
	}
	return nil
}

type promoteKey struct{ ringKey }

func (k *promoteKey) Run(o *Options) error { return k.change(o, keyring.Promote) }

type removeKey struct{ ringKey }

func (k *removeKey) Run(o *Options) error { return k.change(o, keyring.Remove) }

type listRing struct{}

func (listRing) Run(o *Options, out io.Writer) error {
	path, err := o.ringFile()
	if err != nil {
		return err
	}
	list, err := keyring.List(path)
	if err != nil {
		return fmt.Errorf("--encryption-keys: %w", err)
	}
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "ID\tDOES")
	for _, k := range list {
		does := "opens"
		if k.Primary {
			does = "encrypts, opens"
		}
		fmt.Fprintf(w, "%s\t%s\n", k.ID, does)
	}
	return w.Flush()
}

type renew struct{}

func (renew) Run(ctx context.Context, o *Options, out io.Writer) (err error) {
	path, err := o.ringFile()
	if err != nil {
		return err
	}
	keys, err := openRings(path, o.logger(os.Stderr))
	if err != nil {
		return err
	}
	s, err := openTenants(o, keys)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	n, err := s.Renew(ctx)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintln(out, n, "sensitive types are encrypted with the key that encrypts now")
	return err
}
