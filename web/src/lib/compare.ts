import type { Figures, Submission } from "../api/types";

/** FigureName is one of the figures that a resubmission may change. */
export type FigureName = Exclude<keyof Figures, "project_id" | "code">;

/** figureLabels are the figures in the order of the form. */
export const figureLabels: Record<FigureName, string> = {
  name: "项目名称", investor: "投资方", investor_kind: "投资方性质", county_id: "县市区", industry: "所属产业",
  agreed_amount: "协议金额", land_area: "用地面积", energy_use: "年综合能耗", chemicals: "涉及危化品",
};

export const figureNames = Object.keys(figureLabels) as FigureName[];

type Texts = Record<FigureName, string>;

/**
 * versionsOf are the figures of every submission, the first one first: the server
 * gives the last and what each one changed, which is undone step by step.
 */
export function versionsOf(last: Figures, submissions: Pick<Submission, "changes">[]): Texts[] {
  const texts: Texts = { ...last, chemicals: last.chemicals ? "是" : "否" };
  const out: Texts[] = [];
  for (let i = submissions.length - 1; i >= 0; i--) {
    out.unshift({ ...texts });
    for (const change of submissions[i]?.changes ?? []) {
      if (change.field in figureLabels) texts[change.field as FigureName] = change.before;
    }
  }
  return out;
}

/** Row is one figure in two submissions. */
export interface Row {
  name: FigureName;
  label: string;
  before: string;
  after: string;
  differs: boolean;
}

/** compare puts two submissions side by side, field by field. */
export const compare = (before: Texts, after: Texts): Row[] =>
  figureNames.map((name) => ({ name, label: figureLabels[name], before: before[name], after: after[name], differs: before[name] !== after[name] }));
