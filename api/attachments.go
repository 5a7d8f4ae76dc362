package api

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/url"
	"path"
	"strings"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humagin"

	"luodi/internal/app"
	"luodi/internal/fault"
)

func (s *Server) attachmentRoutes(a huma.API) {
	t := tagged("attachments 附件")
	huma.Register(a, op(http.MethodPost, "/api/v1/attachments", "upload-attachment", "Upload a file: pdf, docx, xlsx, png, jpg or zip, at most 20 MB", t, created, fileSize), s.uploadAttachment)
	fileRequest(a.OpenAPI().Paths["/api/v1/attachments"].Post)
	huma.Register(a, op(http.MethodGet, "/api/v1/attachments/{id}", "download-attachment", "Download a file that the caller may read", t, fileAnswer), s.downloadAttachment)
}

// framing is what a form may need around its file.
const framing = 64 << 10

func fileSize(o *huma.Operation) { o.MaxBodyBytes = app.AttachmentLimit + framing }

// fileRequest documents a form with a file; after the registration, as in sheetRequest.
func fileRequest(o *huma.Operation) {
	o.RequestBody = &huma.RequestBody{Required: true, Content: map[string]*huma.MediaType{
		"multipart/form-data": {Schema: &huma.Schema{Type: "object", Required: []string{"file"},
			Properties: map[string]*huma.Schema{"file": {Type: "string", Format: "binary"}}}},
	}}
}

// fileAnswer documents a file as the answer.
func fileAnswer(o *huma.Operation) {
	o.Responses = map[string]*huma.Response{"200": {
		Description: "the file, under its own media type",
		Content:     map[string]*huma.MediaType{"application/octet-stream": {Schema: &huma.Schema{Type: "string", Format: "binary"}}},
	}}
}

// FileUpload reads the form field "file" with its name.
type FileUpload struct {
	name string
	data []byte
}

// Resolve is called by huma before the handler.
func (u *FileUpload) Resolve(ctx huma.Context) []error {
	r := humagin.Unwrap(ctx).Request
	r.Body = http.MaxBytesReader(nil, r.Body, app.AttachmentLimit+framing)
	if err := u.read(r); err != nil {
		var tooLarge *http.MaxBytesError
		if errors.As(err, &tooLarge) {
			return []error{problemOf(fault.New(fault.TooLarge, "body_too_large", "文件不能超过20MB"))}
		}
		return []error{problemOf(fault.New(fault.Malformed, "upload_malformed", "没有收到文件:请用表单字段 file 上传"))}
	}
	return nil
}

func (u *FileUpload) read(r *http.Request) error {
	form, err := r.MultipartReader()
	if err != nil {
		return err
	}
	for {
		part, err := form.NextPart()
		if err != nil {
			return err
		}
		if part.FormName() != "file" {
			continue
		}
		u.name = part.FileName()
		u.data, err = io.ReadAll(part)
		return errors.Join(err, part.Close())
	}
}

type attachmentOutput struct {
	Location string `header:"Location"`
	Body     app.Attachment
}

func (s *Server) uploadAttachment(ctx context.Context, in *struct {
	Keyed
	FileUpload
}) (*attachmentOutput, error) {
	a, err := s.Attachments.Upload(ctx, actorOf(ctx), in.Key, in.name, in.data)
	if err != nil {
		return nil, fail(ctx, err)
	}
	return &attachmentOutput{Location: "/api/v1/attachments/" + a.ID, Body: a}, nil
}

type fileOutput struct {
	ContentType string `header:"Content-Type"`
	Disposition string `header:"Content-Disposition"`
	Body        []byte
}

// downloadAttachment never lets a browser show a file in our own pages' name: it is
// saved, and its media type is the one found in it (nosniff is on every answer).
func (s *Server) downloadAttachment(ctx context.Context, in *struct {
	ID string `path:"id" maxLength:"64"`
}) (*fileOutput, error) {
	a, data, err := s.Attachments.Download(ctx, actorOf(ctx), in.ID)
	if err != nil {
		return nil, fail(ctx, err)
	}
	return fileOf(a.Name, a.Media, data), nil
}

func fileOf(name, media string, data []byte) *fileOutput {
	return &fileOutput{ContentType: media, Disposition: saveAs(name), Body: data}
}

// saveAs is a Content-Disposition with a name in any script (RFC 6266), and a plain one
// for programs that don't know that.
func saveAs(name string) string {
	plain := "attachment" + path.Ext(name)
	for _, r := range plain {
		if r > '~' || strings.ContainsRune(` "\%;`, r) {
			plain = "attachment"
		}
	}
	return `attachment; filename="` + plain + `"; filename*=UTF-8''` + strings.ReplaceAll(url.QueryEscape(name), "+", "%20")
}
