package api

import (
	"errors"
	"io"
	"mime/multipart"
	"net/http"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humagin"

	"luodi/internal/app"
	"luodi/internal/calendar"
	"luodi/internal/fault"
	"luodi/internal/money"
	"luodi/internal/project"
)

// ProjectDraft is a new project as a caller states it: the fields of project.Draft,
// most of them optional. What the server adds (id, version, actor) isn't among them.
type ProjectDraft struct {
	Code           string               `json:"code,omitempty" maxLength:"64" doc:"numbered by the registry when empty"`
	Name           string               `json:"name" maxLength:"1000"`
	Investor       string               `json:"investor" maxLength:"1000"`
	InvestorKind   project.InvestorKind `json:"investor_kind,omitempty" maxLength:"32"`
	CountyID       string               `json:"county_id" maxLength:"64"`
	IndustryTier   project.Tier         `json:"industry_tier,omitempty" maxLength:"32"`
	Industry       string               `json:"industry,omitempty" maxLength:"1000"`
	Chain          string               `json:"chain,omitempty" maxLength:"1000"`
	AgreedAmount   money.Amount         `json:"agreed_amount" doc:"万元, decimal string"`
	Framework      bool                 `json:"framework,omitempty" doc:"框架协议: never counted as signed"`
	AboveScale     bool                 `json:"above_scale,omitempty"`
	LandArea       project.Quantity     `json:"land_area,omitempty" maxLength:"40" doc:"亩"`
	EnergyUse      project.Quantity     `json:"energy_use,omitempty" maxLength:"40" doc:"吨标准煤/年"`
	Chemicals      bool                 `json:"chemicals,omitempty"`
	Team           string               `json:"team,omitempty" maxLength:"1000"`
	Ambassador     string               `json:"ambassador,omitempty" maxLength:"1000"`
	Event          string               `json:"event,omitempty" maxLength:"1000"`
	Verification   project.Verification `json:"verification,omitempty" maxLength:"32"`
	ContactName    string               `json:"contact_name,omitempty" maxLength:"1000"`
	ContactPhone   string               `json:"contact_phone,omitempty" maxLength:"1000"`
	Stage          project.Stage        `json:"stage,omitempty" maxLength:"32" doc:"follows from the dates when empty"`
	SignedOn       calendar.Date        `json:"signed_on,omitempty"`
	LandedOn       calendar.Date        `json:"landed_on,omitempty"`
	StartedOn      calendar.Date        `json:"started_on,omitempty"`
	InStatisticsOn calendar.Date        `json:"in_statistics_on,omitempty"`
	InProductionOn calendar.Date        `json:"in_production_on,omitempty"`
	FundsArrived   []project.Funds      `json:"funds_arrived,omitempty" maxItems:"1000"`
	Illustrative   bool                 `json:"illustrative,omitempty"`
	Remark         string               `json:"remark,omitempty" maxLength:"10000"`
}

// ProjectEdit changes a project: fields to change, or a stage reached on a day, or
// with correction a mending of anything, for a reason.
type ProjectEdit struct {
	project.Correction
	Version int64         `json:"version" minimum:"1" doc:"the version you saw; 409 if somebody was first"`
	StageOn calendar.Date `json:"stage_on,omitempty" doc:"day on which the stage was reached"`
	Correct bool          `json:"correction,omitempty" doc:"mend what was recorded wrongly: stage and stage dates too"`
	Reason  string        `json:"reason,omitempty" maxLength:"1000" doc:"of a correction"`
}

func (e ProjectEdit) edit() (app.Edit, error) {
	out := app.Edit{Version: e.Version, Patch: e.Patch, On: e.StageOn, Reason: e.Reason}
	if e.Correct {
		out.Correction = &e.Correction
		return out, nil
	}
	if e.SignedOn != nil || e.LandedOn != nil || e.StartedOn != nil || e.InStatisticsOn != nil || e.InProductionOn != nil {
		return out, fault.New(fault.Invalid, "correction_required", "阶段日期只能以更正方式修改,并说明理由")
	}
	if e.Stage != nil {
		out.Stage = *e.Stage
	}
	return out, nil
}

// Upload reads a file sent raw or as the form field "file".
type Upload struct{ data []byte }

// Resolve is called by huma before the handler.
func (u *Upload) Resolve(ctx huma.Context) []error {
	r := humagin.Unwrap(ctx).Request
	r.Body = http.MaxBytesReader(nil, r.Body, maxSheet)
	var err error
	if u.data, err = readUpload(r); err != nil {
		return []error{err}
	}
	return nil
}

func readUpload(r *http.Request) ([]byte, error) {
	form, err := r.MultipartReader()
	if errors.Is(err, http.ErrNotMultipart) {
		return readAll(r.Body)
	}
	if err != nil {
		return nil, errUpload()
	}
	for {
		part, err := form.NextPart()
		if err != nil {
			return nil, errUpload()
		}
		if part.FormName() == "file" {
			return readPart(part)
		}
	}
}

func readPart(p *multipart.Part) ([]byte, error) {
	defer func() { _ = p.Close() }()
	return readAll(p)
}

func readAll(r io.Reader) ([]byte, error) {
	data, err := io.ReadAll(r)
	var tooLarge *http.MaxBytesError
	switch {
	case errors.As(err, &tooLarge):
		return nil, problemOf(fault.New(fault.TooLarge, "body_too_large", "文件不能超过10MB"))
	case err != nil:
		return nil, errUpload()
	}
	return data, nil
}

func errUpload() error {
	return problemOf(fault.New(fault.Malformed, "upload_malformed", "没有收到文件:请直接上传 xlsx,或用表单字段 file"))
}

func errAmount(field string) error {
	return fault.Field(field, "amount_invalid", "金额应为以万元计的数字,最多六位小数")
}
