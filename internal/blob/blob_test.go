package blob_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"luodi/internal/blob"
	"luodi/internal/fault"
)

var (
	ctx  = context.Background()
	noon = time.Date(2024, 2, 26, 4, 0, 0, 0, time.UTC)
)

func open(t *testing.T) (*blob.Folder, string, *time.Time) {
	t.Helper()
	dir, now := filepath.Join(t.TempDir(), "data", "blobs"), noon
	f, err := blob.Open(dir, func() time.Time { return now })
	if err != nil {
		t.Fatal(err)
	}
	return f, dir, &now
}

func put(t *testing.T, f *blob.Folder, data string) string {
	t.Helper()
	id, err := f.Put(ctx, []byte(data))
	if err != nil {
		t.Fatal(err)
	}
	return id
}

func TestWhatWasPutIsRead(t *testing.T) {
	f, dir, _ := open(t)
	for _, data := range []string{"意见书", "", strings.Repeat("x", 3<<20)} {
		id := put(t, f, data)
		if sum := sha256.Sum256([]byte(data)); id != hex.EncodeToString(sum[:]) {
			t.Errorf("id %s", id)
		}
		got, err := f.Open(ctx, id)
		if err != nil || !bytes.Equal(got, []byte(data)) {
			t.Errorf("%d bytes came back, %v", len(got), err)
		}
		if _, err := os.Stat(filepath.Join(dir, id[:2], id[2:4], id)); err != nil {
			t.Error(err)
		}
	}
	left, err := os.ReadDir(filepath.Join(dir, "incoming"))
	if err != nil || len(left) != 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
}

func TestAFileIsWrittenOnce(t *testing.T) {
	f, dir, _ := open(t)
	id := put(t, f, "一份")
	file := filepath.Join(dir, id[:2], id[2:4], id)
	before, err := os.Stat(file)
	if err != nil {
		t.Fatal(err)
	}
	put(t, f, "一份")
	after, err := os.Stat(file)
	if err != nil || !os.SameFile(before, after) {
		t.Errorf("the file was replaced, %v", err)
	}
}

func TestManyPutTheSameAtOnce(t *testing.T) {
	f, dir, _ := open(t)
	other, err := blob.Open(dir, func() time.Time { return noon }) // as another process would
	if err != nil {
		t.Fatal(err)
	}
	ids := make([]string, 16)
	var wg sync.WaitGroup
	for i := range ids {
		wg.Go(func() { ids[i], _ = []*blob.Folder{f, other}[i%2].Put(ctx, []byte("同一份")) })
	}
	wg.Wait()
	for _, id := range ids {
		if id != ids[0] || id == "" {
			t.Fatalf("ids %v", ids)
		}
	}
	if _, err := f.Open(ctx, ids[0]); err != nil {
		t.Error(err)
	}
}

func TestAChangedFileIsNotGivenOut(t *testing.T) {
	f, dir, _ := open(t)
	id := put(t, f, "同意落地")
	file := filepath.Join(dir, id[:2], id[2:4], id)
	if err := os.WriteFile(file, []byte("不予落地"), 0o600); err != nil {
		t.Fatal(err)
	}
	_, err := f.Open(ctx, id)
	if !fault.Is(err, fault.Internal) || !strings.Contains(err.Error(), id) || strings.Contains(fault.From(err).Message, id) {
		t.Errorf("error %v", err)
	}
	if err := os.WriteFile(file, []byte("短"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := f.Put(ctx, []byte("同意落地")); !fault.Is(err, fault.Unavailable) {
		t.Errorf("a cut file was taken for the whole: %v", err)
	}
}

func TestUnknownIdsAreNotFound(t *testing.T) {
	f, _, _ := open(t)
	put(t, f, "一份")
	for _, id := range []string{"", "..", "../../etc/passwd", strings.Repeat("0", 64), strings.Repeat("g", 64), strings.Repeat("A", 64)} {
		if _, err := f.Open(ctx, id); !fault.HasCode(err, "blob_unknown") {
			t.Errorf("%q: %v", id, err)
		}
		if err := f.Remove(ctx, id, noon); err != nil {
			t.Errorf("%q: %v", id, err)
		}
	}
}

func TestRemovalLeavesWhatWasPutAgain(t *testing.T) {
	f, _, now := open(t)
	id := put(t, f, "一份")
	*now = noon.Add(2 * time.Hour)
	put(t, f, "一份")
	if err := f.Remove(ctx, id, noon.Add(time.Hour)); err != nil {
		t.Fatal(err)
	}
	if _, err := f.Open(ctx, id); err != nil {
		t.Errorf("removed though put again: %v", err)
	}
	if err := f.Remove(ctx, id, noon.Add(3*time.Hour)); err != nil {
		t.Fatal(err)
	}
	if _, err := f.Open(ctx, id); !fault.HasCode(err, "blob_unknown") {
		t.Errorf("still there: %v", err)
	}
}

func TestAFolderThatCantBeIsNoticedAtOnce(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := blob.Open(file, time.Now); !fault.HasCode(err, "blobs_unavailable") {
		t.Errorf("error %v", err)
	}
	f, _, _ := open(t)
	over, cancel := context.WithCancel(ctx)
	cancel()
	if _, err := f.Put(over, []byte("x")); !fault.Is(err, fault.Unavailable) {
		t.Errorf("put after the end: %v", err)
	}
	if _, err := f.Open(over, strings.Repeat("0", 64)); !fault.Is(err, fault.Unavailable) {
		t.Errorf("open after the end: %v", err)
	}
}

func TestWhatACrashLeftIsRemovedTheDayAfter(t *testing.T) {
	_, dir, _ := open(t)
	for name, age := range map[string]time.Duration{"old": 25 * time.Hour, "new": time.Hour} {
		file := filepath.Join(dir, "incoming", name)
		if err := os.WriteFile(file, []byte("half"), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.Chtimes(file, noon.Add(-age), noon.Add(-age)); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := blob.Open(dir, func() time.Time { return noon }); err != nil {
		t.Fatal(err)
	}
	left, err := os.ReadDir(filepath.Join(dir, "incoming"))
	if err != nil || len(left) != 1 || left[0].Name() != "new" {
		t.Errorf("left are %v, %v", left, err)
	}
}
