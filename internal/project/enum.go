package project

// Tier is the place of a project's industry in 一主四优多支撑, Shiyan's industry system.
type Tier string

// The tiers. NoTier is a project whose industry nobody stated.
const (
	NoTier     Tier = ""
	Lead       Tier = "lead"       // 一主
	Advantaged Tier = "advantaged" // 四优
	Supporting Tier = "supporting" // 多支撑
	Other      Tier = "other"      // none of the three
)

// InvestorKind is who stands behind the investor.
type InvestorKind string

// The kinds of investors. NoInvestorKind is one that nobody stated.
const (
	NoInvestorKind InvestorKind = ""
	CentralSOE     InvestorKind = "central_soe"
	StateOwned     InvestorKind = "state_owned"
	Private        InvestorKind = "private"
	Foreign        InvestorKind = "foreign"
	HMT            InvestorKind = "hmt" // Hong Kong, Macao and Taiwan
	OtherInvestor  InvestorKind = "other"
)

// Verification is where the province's verification of a hundred-million project
// stands (省商务厅审核认定).
type Verification string

// The states of verification.
const (
	NotSubmitted Verification = "none"
	Pending      Verification = "pending"
	Recognised   Verification = "recognised"
	NotAccepted  Verification = "rejected"
)

// Option is one value of an enum with its Chinese label, in the order users expect.
type Option[T ~string] struct {
	Value T      `json:"value"`
	Label string `json:"label"`
}

// The enums' values and labels: one table each for checks, sheets and pages.
var (
	Tiers = []Option[Tier]{
		{Lead, "一主"}, {Advantaged, "四优"}, {Supporting, "多支撑"}, {Other, "其他"},
	}
	InvestorKinds = []Option[InvestorKind]{
		{CentralSOE, "央企"}, {StateOwned, "国企"}, {Private, "民企"},
		{Foreign, "外资"}, {HMT, "港澳台资"}, {OtherInvestor, "其他"},
	}
	Verifications = []Option[Verification]{
		{NotSubmitted, "未申报"}, {Pending, "审核中"}, {Recognised, "已认定"}, {NotAccepted, "未通过"},
	}
	Stages = []Option[Stage]{
		{Negotiating, "在谈"}, {InReview, "研判中"}, {Cleared, "准予落地"}, {Deferred, "暂缓"}, {Rejected, "否决"},
		{Signed, "签约"}, {Landed, "注册落地"}, {Started, "开工"}, {InStatistics, "入库"}, {InProduction, "投产"},
		{Ended, "终止"},
	}
)

// Label is the tier's Chinese name, "" for NoTier.
func (t Tier) Label() string { return label(Tiers, t) }

// Label is the kind's Chinese name, "" for NoInvestorKind.
func (k InvestorKind) Label() string { return label(InvestorKinds, k) }

// Label is the state's Chinese name.
func (v Verification) Label() string { return label(Verifications, v) }

// Label is the stage's Chinese name.
func (s Stage) Label() string { return label(Stages, s) }

// Valid reports whether the stage exists.
func (s Stage) Valid() bool { return s.Label() != "" }

func label[T ~string](options []Option[T], value T) string {
	for _, o := range options {
		if o.Value == value {
			return o.Label
		}
	}
	return ""
}
