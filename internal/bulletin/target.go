package bulletin

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"luodi/internal/fault"
	"luodi/internal/money"
)

// maxCount bounds a target that is a number of projects.
const maxCount = 1_000_000

// ReadTarget checks a target as somebody wrote it and gives it as it is kept: a whole
// count, or an amount in 万元 without needless zeros; "" takes the target back. Errors:
// Invalid "indicator_unknown" or "target_invalid", without a field: the caller knows it.
func ReadTarget(indicator, text string) (string, error) {
	i := slices.IndexFunc(Indicators, func(x Indicator) bool { return x.Key == indicator })
	text = strings.TrimSpace(text)
	switch {
	case i < 0:
		return "", fault.Newf(fault.Invalid, "indicator_unknown", "没有指标“%s”", indicator)
	case text == "":
		return "", nil
	case Indicators[i].Amount:
		a, err := money.Parse(text, money.Wan)
		if err != nil || a <= 0 {
			return "", fault.Newf(fault.Invalid, "target_invalid", "%s目标应为大于0的金额(万元),现为“%s”", Indicators[i].Label, text)
		}
		return a.String(), nil
	}
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil || n < 1 || n > maxCount {
		return "", fault.Newf(fault.Invalid, "target_invalid", "%s目标应为1至%d的整数,现为“%s”", Indicators[i].Label, maxCount, text)
	}
	return strconv.FormatInt(n, 10), nil
}

// TargetSums says where the counties' targets don't add up to the city's: only where
// the city and some county have one can they disagree. Nobody's target is changed for it.
func TargetSums(t Targets, counties []Named) []Finding {
	var out []Finding
	for _, ind := range Indicators {
		city, parts := number(t[""][ind.Key]), frac(0, 1)
		for _, c := range counties {
			if x := number(t[c.ID][ind.Key]); x != nil {
				parts.Add(parts, x)
			}
		}
		if city == nil || parts.Sign() == 0 || city.Cmp(parts) == 0 {
			continue
		}
		what := ind.Label + "目标"
		out = append(out, Finding{Code: "target_sum_differs", Where: what, Printed: t[""][ind.Key], Computed: plain(parts),
			Message: fmt.Sprintf("%s:各县市区合计%s,全市%s", what, plain(parts), t[""][ind.Key])})
	}
	return out
}
