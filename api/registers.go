package api

import (
	"bytes"
	"context"
	"net/http"
	"reflect"

	"github.com/danielgtaylor/huma/v2"

	"luodi/internal/app"
	"luodi/internal/register"
)

// The registers' own types, under names of their own in the description.
type (
	// RegisterDraft is what people say of an entry.
	RegisterDraft register.Draft
	// RegisterEntry is one version of an entry.
	RegisterEntry register.Entry
	// IndustryChain is a chain's part.
	IndustryChain register.Chain
	// OutwardTeam is a team's part.
	OutwardTeam register.Team
	// TeamTrip is a trip.
	TeamTrip register.Trip
	// AmbassadorPart is an ambassador's part.
	AmbassadorPart register.Ambassador
	// AmbassadorLead is what an ambassador brought.
	AmbassadorLead register.Lead
	// PromotionEvent is an event's part.
	PromotionEvent register.Event
)

func teachRegisters(r huma.Registry) {
	for t, alias := range map[reflect.Type]reflect.Type{
		reflect.TypeFor[register.Draft]():      reflect.TypeFor[RegisterDraft](),
		reflect.TypeFor[register.Entry]():      reflect.TypeFor[RegisterEntry](),
		reflect.TypeFor[register.Chain]():      reflect.TypeFor[IndustryChain](),
		reflect.TypeFor[register.Team]():       reflect.TypeFor[OutwardTeam](),
		reflect.TypeFor[register.Trip]():       reflect.TypeFor[TeamTrip](),
		reflect.TypeFor[register.Ambassador](): reflect.TypeFor[AmbassadorPart](),
		reflect.TypeFor[register.Lead]():       reflect.TypeFor[AmbassadorLead](),
		reflect.TypeFor[register.Event]():      reflect.TypeFor[PromotionEvent](),
	} {
		r.RegisterTypeAlias(t, alias)
	}
}

// registerPaths are the four registers by the last part of their path.
var registerPaths = []struct {
	path, one, tag string
	kind           register.Kind
}{
	{"chains", "chain", "chains 产业链", register.Chains}, {"teams", "team", "teams 驻外专班", register.Teams},
	{"ambassadors", "ambassador", "ambassadors 招商大使", register.Ambassadors}, {"events", "event", "events 招商活动", register.Events},
}

func (s *Server) registerRoutes(a huma.API) {
	teachRegisters(a.OpenAPI().Components.Schemas)
	for _, r := range registerPaths {
		h := registerHandlers{s, r.kind}
		path, t := "/api/v1/"+r.path, tagged(r.tag)
		huma.Register(a, op(http.MethodGet, path, "list-"+r.path, "The register by name, each entry with what its projects came to", t), h.list)
		huma.Register(a, op(http.MethodPost, path, "create-"+r.one, "Register an entry", t, created), h.create)
		huma.Register(a, op(http.MethodGet, path+"/unmatched", "list-unmatched-"+r.path, "Names that projects use and no entry goes by; for the centre", t), h.unmatched)
		huma.Register(a, op(http.MethodPost, path+"/import", "import-"+r.path, "Take a workbook in, all or nothing; every problem comes with its cell; dry_run only tells", t, sheetSize), h.importSheet)
		sheetRequest(a.OpenAPI().Paths[path+"/import"].Post)
		huma.Register(a, op(http.MethodGet, path+"/export.xlsx", "export-"+r.path, "The register as a workbook that can be imported again", t, sheetAnswer), h.export)
		huma.Register(a, op(http.MethodGet, path+"/template.xlsx", "get-"+r.one+"-template", "An empty workbook to fill in", t, sheetAnswer), h.template)
		huma.Register(a, op(http.MethodGet, path+"/{id}", "get-"+r.one, "One entry with what its projects came to", t), h.get)
		huma.Register(a, op(http.MethodPut, path+"/{id}", "change-"+r.one, "Make a new version of an entry: its content, or whether it is still used", t), h.change)
		huma.Register(a, op(http.MethodGet, path+"/{id}/versions", "list-"+r.one+"-versions", "Every version of an entry, the latest first", t), h.versions)
		huma.Register(a, op(http.MethodPost, path+"/{id}/aliases", "alias-"+r.one, "Let an entry go by another name that projects use", t), h.alias)
		switch r.kind {
		case register.Teams:
			huma.Register(a, op(http.MethodPost, path+"/{id}/trips", "add-team-trip", "Note a trip of a team", t), h.addTrip)
		case register.Ambassadors:
			huma.Register(a, op(http.MethodPost, path+"/{id}/leads", "add-ambassador-lead", "Note what an ambassador brought", t), h.addLead)
		}
	}
}

// registerHandlers serve one register.
type registerHandlers struct {
	*Server
	kind register.Kind
}

// RegisterID is the path parameter of an entry.
type RegisterID struct {
	ID string `path:"id" maxLength:"64"`
}

// RegisterYear is the query parameter of a year.
type RegisterYear struct {
	Year int `query:"year" minimum:"0" maximum:"2100" doc:"entries of that year, and projects signed in it; all if absent"`
}

// RegisterFilter narrows a register.
type RegisterFilter struct {
	RegisterYear
	Query  string `query:"q" maxLength:"100" doc:"part of a name"`
	UnitID string `query:"unit_id" maxLength:"64"`
	Closed string `query:"closed" enum:"true,false" doc:"no longer used"`
}

func (f RegisterFilter) filter() app.RegisterFilter {
	return app.RegisterFilter{Query: f.Query, UnitID: f.UnitID, Year: f.Year, Closed: optionalBool(f.Closed)}
}

func (h registerHandlers) list(ctx context.Context, in *struct {
	Paged
	RegisterFilter
}) (*body[List[app.RegisterEntryView]], error) {
	rows, next, err := h.Registers.List(ctx, actorOf(ctx), h.kind, in.filter(), in.page())
	return answer(ctx, page(rows, next), err)
}

type registerOutput struct {
	Location string `header:"Location"`
	Body     RegisterEntry
}

func (h registerHandlers) create(ctx context.Context, in *struct {
	Keyed
	Body RegisterDraft
}) (*registerOutput, error) {
	e, err := h.Registers.Create(ctx, actorOf(ctx), in.Key, h.kind, register.Draft(in.Body))
	if err != nil {
		return nil, fail(ctx, err)
	}
	return &registerOutput{Location: h.path() + "/" + e.ID, Body: RegisterEntry(e)}, nil
}

func (h registerHandlers) path() string {
	for _, r := range registerPaths {
		if r.kind == h.kind {
			return "/api/v1/" + r.path
		}
	}
	return ""
}

func (h registerHandlers) get(ctx context.Context, in *struct {
	RegisterID
	RegisterYear
}) (*body[app.RegisterEntryView], error) {
	v, err := h.Registers.Get(ctx, actorOf(ctx), h.kind, in.ID, in.Year)
	return answer(ctx, v, err)
}

func (h registerHandlers) versions(ctx context.Context, in *RegisterID) (*body[List[register.Entry]], error) {
	list, err := h.Registers.Versions(ctx, actorOf(ctx), h.kind, in.ID)
	return answer(ctx, page(list, ""), err)
}

func (h registerHandlers) change(ctx context.Context, in *struct {
	Keyed
	RegisterID
	Body struct {
		Version int64          `json:"version" minimum:"1" doc:"the version you saw; 409 if somebody was first"`
		Entry   *RegisterDraft `json:"entry,omitempty" doc:"as it is when absent"`
		Closed  *bool          `json:"closed,omitempty" doc:"no longer used (停用); as it is when absent"`
		Reason  string         `json:"reason,omitempty" maxLength:"500"`
	}
}) (*body[RegisterEntry], error) {
	c := app.RegisterChange{Version: in.Body.Version, Draft: (*register.Draft)(in.Body.Entry), Closed: in.Body.Closed, Reason: in.Body.Reason}
	e, err := h.Registers.Change(ctx, actorOf(ctx), in.Key, h.kind, in.ID, c)
	return answer(ctx, RegisterEntry(e), err)
}

func (h registerHandlers) alias(ctx context.Context, in *struct {
	Keyed
	RegisterID
	Body struct {
		Name string `json:"name" minLength:"1" maxLength:"100"`
	}
}) (*body[RegisterEntry], error) {
	e, err := h.Registers.AddAlias(ctx, actorOf(ctx), in.Key, h.kind, in.ID, in.Body.Name)
	return answer(ctx, RegisterEntry(e), err)
}

func (h registerHandlers) addTrip(ctx context.Context, in *struct {
	Keyed
	RegisterID
	Body TeamTrip
}) (*body[RegisterEntry], error) {
	e, err := h.Registers.AddTrip(ctx, actorOf(ctx), in.Key, in.ID, register.Trip(in.Body))
	return answer(ctx, RegisterEntry(e), err)
}

func (h registerHandlers) addLead(ctx context.Context, in *struct {
	Keyed
	RegisterID
	Body AmbassadorLead
}) (*body[RegisterEntry], error) {
	e, err := h.Registers.AddLead(ctx, actorOf(ctx), in.Key, in.ID, register.Lead(in.Body))
	return answer(ctx, RegisterEntry(e), err)
}

func (h registerHandlers) unmatched(ctx context.Context, _ *struct{}) (*body[List[app.Unmatched]], error) {
	list, err := h.Registers.Unmatched(ctx, actorOf(ctx), h.kind)
	return answer(ctx, page(list, ""), err)
}

func (h registerHandlers) importSheet(ctx context.Context, in *struct {
	Keyed
	Upload
	DryRun bool `query:"dry_run" doc:"check everything, change nothing"`
}) (*body[app.RegisterImported], error) {
	out, err := h.Registers.Import(ctx, actorOf(ctx), in.Key, h.kind, in.data, in.DryRun)
	return answer(ctx, out, err)
}

func (h registerHandlers) export(ctx context.Context, in *RegisterFilter) (*sheetOutput, error) {
	return attachment(ctx, h.kind.Label()+"登记表.xlsx", func(b *bytes.Buffer) error {
		return h.Registers.Export(ctx, actorOf(ctx), h.kind, in.filter(), b)
	})
}

func (h registerHandlers) template(ctx context.Context, _ *struct{}) (*sheetOutput, error) {
	return attachment(ctx, h.kind.Label()+"登记表模板.xlsx", func(b *bytes.Buffer) error { return h.Registers.Blank(ctx, h.kind, b) })
}
