package app

import (
	"archive/zip"
	"bytes"
	"context"
	"net/http"
	"path"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"luodi/internal/fault"
	"luodi/internal/org"
)

// Attachment is what is known of an uploaded file (附件).
type Attachment struct {
	ID         string    `json:"id"`
	Name       string    `json:"name"`
	Media      string    `json:"media" doc:"media type, found by looking into the file"`
	Size       int64     `json:"size" doc:"bytes"`
	SHA256     string    `json:"sha256"`
	UploadedBy string    `json:"uploaded_by" doc:"user id"`
	Unit       string    `json:"unit_id" doc:"whose people may use it"`
	At         time.Time `json:"at"`
}

// Blobs keeps files by what is in them. Nothing is ever overwritten.
type Blobs interface {
	// Put stores data and gives its id, the SHA-256 in hex; data that is there already
	// is left alone. It's on disk when Put returns. Unavailable when it can't be kept.
	Put(ctx context.Context, data []byte) (id string, err error)
	// Open reads a file whole and checks it against its id. NotFound "blob_unknown";
	// Internal, naming the id, when the file isn't what was stored.
	Open(ctx context.Context, id string) ([]byte, error)
}

// AttachmentLimit is how many bytes a file may have.
const AttachmentLimit = 20 << 20

// Attachments is 附件 for its users.
type Attachments struct {
	Journal Journal
	Reads   Reads
	Blobs   Blobs
	Now     func() time.Time
	NewID   func() string
}

// Upload takes a file in. Its type is found in its content; the name's ending follows
// from the type. Errors: Forbidden for whoever has no business; TooLarge; Invalid
// "attachment_empty", "attachment_type" or "attachment_name".
func (s *Attachments) Upload(ctx context.Context, actor org.Actor, key, name string, data []byte) (Attachment, error) {
	if org.ScopeOf(actor).Empty() {
		return Attachment{}, fault.New(fault.Forbidden, "attachment_forbidden", "没有业务角色,不能上传附件")
	}
	a := Attachment{Size: int64(len(data)), UploadedBy: actor.UserID, Unit: actor.UnitID}
	kind, err := typeOf(data)
	if err != nil {
		return a, err
	}
	if a.Name, err = fileName(name, kind); err != nil {
		return a, err
	}
	a.Media = kind.media
	// The file first, and outside the transaction, which would keep others waiting for
	// the disk: a row without its file would be a promise broken, a file without a row
	// is only room wasted.
	if a.SHA256, err = s.Blobs.Put(ctx, data); err != nil {
		return a, err
	}
	request := struct{ Name, SHA256 string }{a.Name, a.SHA256}
	err = Once(ctx, s.Journal, actor, key, "attachment", request, &a, s.Now, s.NewID, func(tx Tx) error {
		a.ID, a.At = s.NewID(), s.Now().UTC().Truncate(time.Microsecond)
		return tx.InsertAttachment(a)
	})
	return a, err
}

// Download reads a file. Errors: NotFound "attachment_unknown" when it isn't the
// actor's to read.
func (s *Attachments) Download(ctx context.Context, actor org.Actor, id string) (Attachment, []byte, error) {
	a, err := s.Reads.Attachment(ctx, id, org.ScopeOf(actor))
	if err != nil {
		return a, nil, err
	}
	data, err := s.Blobs.Open(ctx, a.SHA256)
	if fault.Is(err, fault.NotFound) { // the row is there: the file must be too
		err = fault.New(fault.Internal, "internal", "附件内容缺失,请联系管理员").Because(err)
	}
	return a, data, err
}

// fileType is one of the kinds of files that are taken in.
type fileType struct {
	media   string
	endings []string // the first is given to a name that has none of them
}

var (
	pdf  = fileType{"application/pdf", []string{".pdf"}}
	png  = fileType{"image/png", []string{".png"}}
	jpg  = fileType{"image/jpeg", []string{".jpg", ".jpeg"}}
	zipf = fileType{"application/zip", []string{".zip"}}
	docx = fileType{"application/vnd.openxmlformats-officedocument.wordprocessingml.document", []string{".docx"}}
	xlsx = fileType{"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", []string{".xlsx"}}
)

// typeOf looks into a file. A macro inside an Office file makes it another type, one
// that isn't taken.
func typeOf(data []byte) (fileType, error) {
	bad := fault.Field("/file", "attachment_type", "只接受 pdf、docx、xlsx、png、jpg 和 zip 文件(以内容为准)")
	switch {
	case len(data) == 0:
		return fileType{}, fault.Field("/file", "attachment_empty", "文件是空的")
	case len(data) > AttachmentLimit:
		return fileType{}, fault.New(fault.TooLarge, "body_too_large", "文件不能超过20MB")
	}
	switch http.DetectContentType(data) {
	case pdf.media:
		return pdf, nil
	case png.media:
		return png, nil
	case jpg.media:
		return jpg, nil
	case zipf.media:
		if kind, ok := archiveType(data); ok {
			return kind, nil
		}
	}
	return fileType{}, bad
}

// archiveType reads an archive's table of contents; nothing is unpacked.
func archiveType(data []byte) (fileType, bool) {
	r, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil || len(r.File) == 0 {
		return fileType{}, false
	}
	names := map[string]bool{}
	macros := false
	for _, f := range r.File {
		name := strings.ToLower(f.Name)
		names[name] = true
		macros = macros || strings.HasSuffix(name, "vbaproject.bin")
	}
	switch {
	case !names["[content_types].xml"]:
		return zipf, true
	case macros:
		return fileType{}, false
	case names["word/document.xml"]:
		return docx, true
	case names["xl/workbook.xml"]:
		return xlsx, true
	default: // a presentation, say
		return fileType{}, false
	}
}

// fileName is the name without folders and with the ending of its type.
func fileName(name string, kind fileType) (string, error) {
	name = strings.TrimSpace(path.Base(strings.ReplaceAll(name, `\`, "/")))
	bad := fault.Field("/file", "attachment_name", "文件名为1至150个字符,不含控制字符")
	if name == "" || name == "." || name == "/" || !utf8.ValidString(name) || strings.ContainsFunc(name, hidden) {
		return "", bad
	}
	if !slices.Contains(kind.endings, strings.ToLower(path.Ext(name))) {
		name += kind.endings[0]
	}
	if utf8.RuneCountInString(name) > 150 {
		return "", bad
	}
	return name, nil
}

// hidden are characters that change how a name looks without being seen themselves,
// such as the override that turns "gpj.exe" round.
func hidden(r rune) bool { return unicode.IsControl(r) || unicode.Is(unicode.Cf, r) }
