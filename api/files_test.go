package api_test

import (
	"archive/zip"
	"bytes"
	"fmt"
	"mime"
	"mime/multipart"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"luodi/internal/app"
	"luodi/internal/event"
	"luodi/internal/org"
	"luodi/internal/process"
)

func TestADraftIsItsOwnersAlone(t *testing.T) {
	w := newTown(t)
	p, other := w.as("ziran.jingban"), w.as("ziran.fuze")
	const place = "/api/v1/drafts/opine/review-1"
	p.get(place).refused(http.StatusNotFound, "draft_unknown")
	p.put(place, []byte(`{"text":"同意","area":12345678901234567890.10}`)).is(http.StatusOK)
	w.clock.advance(time.Minute)
	p.put(place, []byte(`{"text":"","seats":[]}`)).is(http.StatusOK)
	p.put("/api/v1/drafts/start-review/p1", []byte(`{"area":12345678901234567890.10}`)).is(http.StatusOK)
	if a := p.get("/api/v1/drafts/start-review/p1").is(http.StatusOK); !strings.Contains(string(a.body), `"body":{"area":12345678901234567890.10}`) {
		t.Errorf("draft came back as %s", a.body)
	}
	type list struct {
		Items []struct {
			Form, Subject, At string
			Body              map[string]any
		}
	}
	mine := into[list](p.get("/api/v1/drafts").is(http.StatusOK)).Items
	if len(mine) != 2 || mine[0].Form != "opine" || mine[0].At != "2024-02-26T01:01:00Z" || mine[0].Body != nil {
		t.Errorf("my drafts %+v", mine)
	}
	other.get(place).refused(http.StatusNotFound, "draft_unknown")
	other.remove(place).is(http.StatusNoContent)
	if others := into[list](other.get("/api/v1/drafts").is(http.StatusOK)).Items; len(others) != 0 {
		t.Errorf("a colleague's drafts %+v", others)
	}
	p.get(place).is(http.StatusOK)
	p.remove(place).is(http.StatusNoContent)
	p.remove(place).is(http.StatusNoContent)
	p.get(place).refused(http.StatusNotFound, "draft_unknown")
}

func TestBadDraftsAreRefused(t *testing.T) {
	w := newTown(t)
	p := w.as("ziran.jingban")
	put := func(name, place string, body []byte, status int, code string) bad {
		return bad{name, p, http.MethodPut, "/api/v1/drafts/" + place, body, nil, status, code}
	}
	refuseAll(t, w, []bad{
		put("an array", "opine/1", []byte(`[]`), 422, "request_invalid"), put("null", "opine/1", []byte(`null`), 422, "request_invalid"),
		put("a text", "opine/1", []byte(`"x"`), 422, "request_invalid"), put("half", "opine/1", []byte(`{"a":`), 400, "request_malformed"),
		put("nothing", "opine/1", nil, 400, "request_malformed"), put("no UTF-8", "opine/1", []byte("{\"a\":\"\xff\"}"), 400, "request_malformed"),
		put("too much", "opine/1", []byte(`{"a":"`+strings.Repeat("x", 64<<10)+`"}`), 413, "body_too_large"),
		put("form in capitals", "Opine/1", []byte(`{}`), 422, "form_invalid"), put("form in Chinese", escape("意见")+"/1", []byte(`{}`), 422, "form_invalid"),
		put("form too long", strings.Repeat("f", 41)+"/1", []byte(`{}`), 422, "request_invalid"),
		put("subject in Chinese", "opine/"+escape("一"), []byte(`{}`), 422, "subject_invalid"),
		put("subject too long", "opine/"+strings.Repeat("s", 65), []byte(`{}`), 422, "request_invalid"),
	})
	for i := range 200 {
		p.put(fmt.Sprint("/api/v1/drafts/opine/", i), []byte(`{}`)).is(http.StatusOK)
	}
	p.put("/api/v1/drafts/opine/one-more", []byte(`{}`)).refused(http.StatusConflict, "drafts_full")
	p.put("/api/v1/drafts/opine/7", []byte(`{"text":"改"}`)).is(http.StatusOK)
}

// archive is a zip with some names in it.
func archive(t testing.TB, names ...string) []byte {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for _, name := range names {
		f, err := z.Create(name)
		must(t, err)
		_, err = f.Write([]byte("<x/>"))
		must(t, err)
	}
	must(t, z.Close())
	return b.Bytes()
}

var (
	pdfFile = []byte("%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\n<<>>\nendobj\n%%EOF\n")
	pngFile = []byte("\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR")
	jpgFile = []byte("\xff\xd8\xff\xe0\x00\x10JFIF")
)

// attach uploads a file under a name.
func (p person) attach(name string, data []byte, changes ...change) answer {
	p.Helper()
	var b bytes.Buffer
	m := multipart.NewWriter(&b)
	must(p, m.WriteField("note", "前面的字段"))
	f, err := m.CreateFormFile("file", name)
	must(p, err)
	_, err = f.Write(data)
	must(p, err)
	must(p, m.Close())
	return p.send(http.MethodPost, "/api/v1/attachments", b.Bytes(), append([]change{header("Content-Type", m.FormDataContentType())}, changes...)...)
}

func TestFilesComeBackAsTheyWere(t *testing.T) {
	w := newTown(t)
	p := w.as("ziran.jingban")
	for _, c := range []struct {
		name, saved, media string
		data               []byte
	}{
		{"用地红线图 (终稿).pdf", "用地红线图 (终稿).pdf", "application/pdf", pdfFile},
		{"照片.JPEG", "照片.JPEG", "image/jpeg", jpgFile},
		{"图.png", "图.png", "image/png", pngFile},
		{"意见", "意见.docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document", archive(t, "[Content_Types].xml", "word/document.xml")},
		{"表.xlsx", "表.xlsx", xlsx, archive(t, "[Content_Types].xml", "xl/workbook.xml")},
		{"资料.zip", "资料.zip", "application/zip", archive(t, "图.png", "说明.txt")},
		{"setup.exe", "setup.exe.pdf", "application/pdf", pdfFile},
		{"../../etc/passwd", "passwd.png", "image/png", pngFile},
		{`C:\资料\图纸.pdf`, "图纸.pdf", "application/pdf", pdfFile},
	} {
		up := p.attach(c.name, c.data).is(http.StatusCreated)
		a := into[app.Attachment](up)
		if a.Name != c.saved || a.Media != c.media || a.Size != int64(len(c.data)) || a.Unit != "ziran" || up.header.Get("Location") != "/api/v1/attachments/"+a.ID {
			t.Errorf("%s was taken in as %+v", c.name, a)
		}
		down := p.get("/api/v1/attachments/" + a.ID).is(http.StatusOK)
		disposition, parameters, err := mime.ParseMediaType(down.header.Get("Content-Disposition"))
		if err != nil || disposition != "attachment" || parameters["filename"] != c.saved {
			t.Errorf("%s: %q, %v", c.name, down.header.Get("Content-Disposition"), err)
		}
		if !bytes.Equal(down.body, c.data) || down.header.Get("Content-Type") != c.media || down.header.Get("X-Content-Type-Options") != "nosniff" {
			t.Errorf("%s came back as %s with %d bytes", c.name, down.header.Get("Content-Type"), len(down.body))
		}
	}
}

func TestTheSameKeyUploadsOnce(t *testing.T) {
	w := newTown(t)
	p := w.as("ziran.jingban")
	first := p.attach("图.pdf", pdfFile, key("k")).is(http.StatusCreated)
	if again := p.attach("图.pdf", pdfFile, key("k")).is(http.StatusCreated); string(again.body) != string(first.body) {
		t.Errorf("again %s", again.body)
	}
	p.attach("图.png", pngFile, key("k")).refused(http.StatusUnprocessableEntity, "idempotency_key_reused")
}

func TestBadFilesAreRefused(t *testing.T) {
	w := newTown(t)
	p := w.as("ziran.jingban")
	before := w.contents()
	for _, c := range []struct {
		name   string
		data   []byte
		status int
		code   string
	}{
		{"页.pdf", []byte("<html><script>alert(1)</script>"), 422, "attachment_type"},
		{"程序.pdf", []byte("MZ\x90\x00\x03"), 422, "attachment_type"},
		{"图.svg", []byte("<svg xmlns='http://www.w3.org/2000/svg'/>"), 422, "attachment_type"},
		{"动图.gif", []byte("GIF89a"), 422, "attachment_type"},
		{"旧表.xls", append([]byte{0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1}, make([]byte, 600)...), 422, "attachment_type"},
		{"宏.docx", archive(t, "[Content_Types].xml", "word/document.xml", "word/vbaProject.bin"), 422, "attachment_type"},
		{"演示.pptx", archive(t, "[Content_Types].xml", "ppt/presentation.xml"), 422, "attachment_type"},
		{"坏.zip", []byte("PK\x03\x04 and no more"), 422, "attachment_type"},
		{"空.zip", archive(t), 422, "attachment_type"},
		{"空.pdf", nil, 422, "attachment_empty"},
		{"", pdfFile, 422, "attachment_name"},
		{"图\u202efdp.exe", pdfFile, 422, "attachment_name"},
		{strings.Repeat("长", 150), pdfFile, 422, "attachment_name"},
		{"大.pdf", append(slices.Clone(pdfFile), make([]byte, 20<<20)...), 413, "body_too_large"},
		{"更大.pdf", append(slices.Clone(pdfFile), make([]byte, 21<<20)...), 413, "body_too_large"},
	} {
		p.attach(c.name, c.data).refused(c.status, c.code)
	}
	upload := func(body string, contentType string) answer {
		return p.send(http.MethodPost, "/api/v1/attachments", []byte(body), header("Content-Type", contentType))
	}
	upload(string(pdfFile), "application/pdf").refused(http.StatusBadRequest, "upload_malformed")
	upload("junk", "multipart/form-data; boundary=x").refused(http.StatusBadRequest, "upload_malformed")
	upload("junk", "multipart/form-data").refused(http.StatusBadRequest, "upload_malformed")
	upload("--x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.pdf\"\r\n\r\n%PDF-", "multipart/form-data; boundary=x").refused(http.StatusBadRequest, "upload_malformed")
	w.as("admin").attach("图.pdf", pdfFile).refused(http.StatusForbidden, "attachment_forbidden")
	p.get("/api/v1/attachments/nothing").refused(http.StatusNotFound, "attachment_unknown")
	w.unchanged(before)
}

// used puts a file into a process that a unit reads, as a review's hook does.
func (w *town) used(id string, by org.Actor, reader string) error {
	return w.store.InTx(w.Context(), func(tx app.Tx) error {
		stream := process.StreamID("panel", "m1")
		head, err := tx.Head(stream)
		if err != nil {
			return err
		}
		events := event.Seal(head, stream, "", "", by, w.clock.Now(), []event.Draft{{Type: "test.noted", Data: []byte("{}")}})
		if err := tx.Append(events); err != nil {
			return err
		}
		row := app.ProcessRow{Stream: stream, Kind: "panel", ID: "m1", State: []byte("{}"), Head: events[0].Seq, Confirmed: events[0].Seq}
		if err := tx.SaveProcess(row, app.TaskChange{By: events[0]}, []process.Reader{{UnitID: reader}}); err != nil {
			return err
		}
		return tx.UseAttachments(stream, []string{id})
	})
}

func TestAFileIsReadByItsUnitAndByWhoReadsTheProcess(t *testing.T) {
	w := newTown(t)
	id := into[app.Attachment](w.as("ziran.jingban").attach("图.pdf", pdfFile).is(http.StatusCreated)).ID
	target := "/api/v1/attachments/" + id
	reads := func(login string, want bool) {
		t.Helper()
		status := http.StatusNotFound
		if want {
			status = http.StatusOK
		}
		w.as(login).get(target).is(status)
	}
	for login, want := range map[string]bool{"ziran.jingban": true, "ziran.fuze": true, "zhaoshang.jingban": true, "shizhang": true, "shenji": true, "fagai.jingban": false, "maojian.jingban": false, "admin": false} {
		reads(login, want)
	}
	must(t, w.used(id, org.Actor{UserID: account(t, "ziran.jingban").ID, UnitID: "ziran"}, "fagai"))
	reads("fagai.jingban", true)
	reads("maojian.jingban", false)
	w.nobody().get(target).is(http.StatusUnauthorized)
}

func TestAChangedFileIsNotServed(t *testing.T) {
	w := newTown(t)
	p := w.as("ziran.jingban")
	a := into[app.Attachment](p.attach("图.pdf", pdfFile).is(http.StatusCreated))
	files, err := filepath.Glob(filepath.Join(w.blobDir, "*", "*", a.SHA256))
	if err != nil || len(files) != 1 {
		t.Fatal(files, err)
	}
	must(t, os.WriteFile(files[0], []byte("%PDF-1.7 changed"), 0o600))
	if _, _, err := w.server.Attachments.Download(t.Context(), org.Actor{UnitID: "ziran", Roles: []org.Role{org.DepartmentHandler}}, a.ID); err == nil || !strings.Contains(err.Error(), a.SHA256) {
		t.Errorf("error %v", err)
	}
}

func TestHousekeepingRemovesWhatNobodyAskedFor(t *testing.T) {
	w := newTown(t)
	p := w.as("ziran.jingban")
	unused := into[app.Attachment](p.attach("图.pdf", pdfFile, key("k")).is(http.StatusCreated))
	used := into[app.Attachment](p.attach("图.png", pngFile).is(http.StatusCreated))
	must(t, w.used(used.ID, org.Actor{UnitID: "ziran"}, "fagai"))
	p.put("/api/v1/drafts/opine/1", []byte(`{}`)).is(http.StatusOK)
	sweep := func(days int) person {
		w.clock.advance(time.Duration(days) * 24 * time.Hour)
		must(t, w.housekeeping.Sweep(t.Context()))
		return w.as("ziran.jingban")
	}
	file := func(a app.Attachment) bool {
		_, err := w.blobs.Open(t.Context(), a.SHA256)
		return err == nil
	}
	p = sweep(29)
	p.get("/api/v1/attachments/" + unused.ID).is(http.StatusOK)
	p = sweep(2)
	p.get("/api/v1/attachments/" + unused.ID).is(http.StatusNotFound)
	p.get("/api/v1/attachments/" + used.ID).is(http.StatusOK)
	if file(unused) || !file(used) {
		t.Error("the wrong file was removed")
	}
	p.get("/api/v1/drafts/opine/1").is(http.StatusOK)
	if n := column(t, w.raw, "SELECT count(*) || '' FROM replies")[0]; n != "1" {
		t.Errorf("%s replies after 31 days", n)
	}
	p = sweep(150)
	p.get("/api/v1/drafts/opine/1").refused(http.StatusNotFound, "draft_unknown")
	if n := column(t, w.raw, "SELECT count(*) || '' FROM replies")[0]; n != "0" {
		t.Errorf("%s replies after 181 days", n)
	}
}
