package main

import (
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"luodi/internal/app"
	"luodi/internal/config"
)

// ballotKeyFile holds the key of secret ballots in the data folder. Without it no
// ballot that was sealed and not yet counted can be opened.
const ballotKeyFile = "ballot.key"

// openUrn finds the key of secret ballots: the setting, or else a file in the data
// folder, made at the first start. ownData: the data folder is this process's.
// Without either the urn is nil.
func openUrn(c config.Config, ownData bool) (*app.Urn, error) {
	if !c.BallotKey.Empty() {
		return app.NewUrn([]byte(c.BallotKey.Reveal()))
	}
	if !ownData {
		return nil, nil
	}
	key, err := ballotKey(filepath.Join(c.DataDir, ballotKeyFile))
	if err != nil {
		return nil, fmt.Errorf("选票密钥: %w", err)
	}
	return app.NewUrn(key)
}

// ballotKey reads the key, or makes one that is on disk before it's used.
func ballotKey(file string) ([]byte, error) {
	key, err := os.ReadFile(file)
	if !errors.Is(err, fs.ErrNotExist) {
		return key, err
	}
	key = make([]byte, app.BallotKeySize)
	_, _ = rand.Read(key) // never fails: the program stops when the system has no randomness
	// A crash must not leave half a key under the name.
	draft, err := os.OpenFile(file+".new", os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return nil, err
	}
	_, err = draft.Write(key)
	if err == nil {
		err = draft.Sync()
	}
	if err = errors.Join(err, draft.Close()); err != nil {
		return nil, err
	}
	if err := os.Rename(file+".new", file); err != nil {
		return nil, err
	}
	return key, syncFolder(filepath.Dir(file))
}

// syncFolder makes a new name in a folder last.
func syncFolder(path string) error {
	folder, err := os.Open(path)
	if err != nil {
		return err
	}
	return errors.Join(folder.Sync(), folder.Close())
}
