// Package blob keeps files in a folder, each under the SHA-256 of its content. A
// file is never overwritten, and is checked against its name whenever it is read.
package blob

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"sync"
	"time"

	"luodi/internal/app"
	"luodi/internal/fault"
)

var (
	_ app.Blobs   = (*Folder)(nil)
	_ app.Remover = (*Folder)(nil)
)

// Folder is a folder of files. Several processes may use one at the same time.
type Folder struct {
	dir string
	now func() time.Time
	// held keeps Put of a file that is there from running beside its removal.
	held sync.Mutex
}

// Open makes the folder, unless it's there.
func Open(dir string, now func() time.Time) (*Folder, error) {
	f := &Folder{dir: dir, now: now}
	// Made here and not by the first Put, so that a folder which can't be written to
	// is noticed at the start and not by the first user.
	if err := os.MkdirAll(f.incoming(), 0o700); err != nil {
		return nil, fault.Newf(fault.Unavailable, "blobs_unavailable", "附件目录 %s 无法使用", dir).Because(err)
	}
	f.clear()
	return f, nil
}

// clear removes what a crash left of uploads under way; one of today may still be.
func (f *Folder) clear() {
	left, err := os.ReadDir(f.incoming())
	if err != nil {
		return
	}
	for _, entry := range left {
		if info, err := entry.Info(); err == nil && info.ModTime().Before(f.now().AddDate(0, 0, -1)) {
			_ = os.Remove(filepath.Join(f.incoming(), entry.Name())) // room wasted, at worst
		}
	}
}

func (f *Folder) incoming() string { return filepath.Join(f.dir, "incoming") }

var idPattern = regexp.MustCompile(`^[0-9a-f]{64}$`)

// path fans out over 65,536 folders, so that none has too many entries.
func (f *Folder) path(id string) string { return filepath.Join(f.dir, id[:2], id[2:4], id) }

// Put implements app.Blobs.
func (f *Folder) Put(ctx context.Context, data []byte) (string, error) {
	if err := ctx.Err(); err != nil {
		return "", away(err)
	}
	sum := sha256.Sum256(data)
	id := hex.EncodeToString(sum[:])
	f.held.Lock()
	defer f.held.Unlock()
	if there, err := f.touch(id, data); there || err != nil {
		return id, away(err)
	}
	return id, away(f.write(id, data))
}

// touch tells the sweep that a file is wanted again. A file whose content isn't what
// its name says is not taken for it, nor replaced: somebody has to look at it.
func (f *Folder) touch(id string, data []byte) (there bool, err error) {
	have, err := os.ReadFile(f.path(id))
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	if !bytes.Equal(have, data) {
		return false, fmt.Errorf("blob: file %s was changed", id)
	}
	now := f.now()
	return true, os.Chtimes(f.path(id), now, now)
}

// write puts a file into its place as a whole: its bytes are on disk before it has
// its name, and the name before write returns.
func (f *Folder) write(id string, data []byte) error {
	target := f.path(id)
	if err := f.makeFolder(filepath.Dir(target)); err != nil {
		return err
	}
	tmp, err := os.CreateTemp(f.incoming(), id[:8]+"-*")
	if err != nil {
		return err
	}
	defer os.Remove(tmp.Name()) //nolint:errcheck // it's gone when all went well
	_, err = tmp.Write(data)
	err = errors.Join(err, tmp.Sync(), tmp.Close())
	if err != nil {
		return err
	}
	now := f.now()
	if err := os.Chtimes(tmp.Name(), now, now); err != nil {
		return err
	}
	// Another process may have been first: then one file takes the place of its equal.
	if err := os.Rename(tmp.Name(), target); err != nil {
		return err
	}
	return syncFolder(filepath.Dir(target))
}

// makeFolder makes the two folders above a file, each on disk before what is in it.
func (f *Folder) makeFolder(dir string) error {
	for _, d := range []string{filepath.Dir(dir), dir} {
		err := os.Mkdir(d, 0o700)
		if errors.Is(err, fs.ErrExist) {
			continue
		}
		if err != nil {
			return err
		}
		if err := syncFolder(filepath.Dir(d)); err != nil {
			return err
		}
	}
	return nil
}

func syncFolder(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}

// Open implements app.Blobs.
func (f *Folder) Open(ctx context.Context, id string) ([]byte, error) {
	unknown := fault.New(fault.NotFound, "blob_unknown", "没有这个文件")
	if !idPattern.MatchString(id) {
		return nil, unknown
	}
	if err := ctx.Err(); err != nil {
		return nil, away(err)
	}
	data, err := os.ReadFile(f.path(id))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, unknown.Because(err)
	}
	if err != nil {
		return nil, away(err)
	}
	sum := sha256.Sum256(data)
	if got := hex.EncodeToString(sum[:]); got != id {
		return nil, fault.From(fmt.Errorf("blob: file %s was changed: its content is %s", id, got))
	}
	return data, nil
}

// Remove implements app.Remover.
func (f *Folder) Remove(_ context.Context, id string, since time.Time) error {
	if !idPattern.MatchString(id) {
		return nil
	}
	f.held.Lock()
	defer f.held.Unlock()
	info, err := os.Stat(f.path(id))
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil || info.ModTime().After(since) {
		return away(err)
	}
	return away(os.Remove(f.path(id)))
}

// away makes a fault of what the file system refuses: the user may try again.
func away(err error) error {
	if err == nil {
		return nil
	}
	return fault.New(fault.Unavailable, "blobs_unavailable", "附件存储暂时不可用,请稍后再试").Because(err)
}
