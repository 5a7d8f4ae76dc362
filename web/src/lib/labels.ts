// Chinese labels of the server's enumerations, in the order users expect.

export interface Option {
  value: string;
  label: string;
}

export const projectStages: Option[] = [
  { value: "negotiating", label: "在谈" }, { value: "in_review", label: "研判中" }, { value: "cleared", label: "准予落地" },
  { value: "deferred", label: "暂缓" }, { value: "rejected", label: "否决" }, { value: "signed", label: "签约" },
  { value: "landed", label: "注册落地" }, { value: "started", label: "开工" }, { value: "in_statistics", label: "入库" },
  { value: "in_production", label: "投产" }, { value: "ended", label: "终止" },
];

export const tiers: Option[] = [
  { value: "lead", label: "一主" }, { value: "advantaged", label: "四优" }, { value: "supporting", label: "多支撑" },
  { value: "other", label: "其他" },
];

export const investorKinds: Option[] = [
  { value: "central_soe", label: "央企" }, { value: "state_owned", label: "国企" }, { value: "private", label: "民企" },
  { value: "foreign", label: "外资" }, { value: "hmt", label: "港澳台资" }, { value: "other", label: "其他" },
];

export const verifications: Option[] = [
  { value: "none", label: "未申报" }, { value: "pending", label: "审核中" }, { value: "recognised", label: "已认定" },
  { value: "rejected", label: "未通过" },
];

export const reviewStages: Option[] = [
  { value: "intake", label: "受理" }, { value: "opinions", label: "部门会审" }, { value: "panel", label: "研判会" },
  { value: "decision", label: "决定" }, { value: "conditions", label: "条件落实" }, { value: "deferred", label: "暂缓" },
  { value: "end", label: "办结" },
];

export const outcomes: Option[] = [
  { value: "approved", label: "通过" }, { value: "conditional", label: "有条件通过" }, { value: "deferred", label: "暂缓" },
  { value: "rejected", label: "否决" }, { value: "withdrawn", label: "撤回" }, { value: "terminated", label: "终止" },
];

export const meetingStages: Option[] = [
  { value: "convened", label: "筹备" }, { value: "open", label: "开会" }, { value: "closed", label: "散会" }, { value: "cancelled", label: "取消" },
];

export const liaisonStages: Option[] = [
  { value: "assigned", label: "待签收" }, { value: "active", label: "推进中" }, { value: "suspended", label: "已中止" },
  { value: "producing", label: "已投产" }, { value: "terminated", label: "已终止" }, { value: "handed_over", label: "已移交下年度" },
];

export const liaisonRoles: Option[] = [{ value: "lead", label: "牵头包联" }, { value: "support", label: "协同包联" }];

export const lights: Option[] = [
  { value: "red", label: "红灯(严重逾期)" }, { value: "yellow", label: "黄灯(到期未办)" }, { value: "green", label: "绿灯(期限内)" },
];

export const taskKinds: Option[] = [{ value: "review", label: "落地前研判" }, { value: "panel", label: "研判会" }, { value: "liaison", label: "包联" },
  { value: "batch", label: "包联清单" }, { value: "dispatch", label: "周调度" }, { value: "bulletin", label: "月通报" }, { value: "assessment", label: "年度考核" }, { value: "selfreport", label: "自评与核实" }];

/** taskActions are the kinds of work that an inbox is filtered by. */
export const taskActions: Option[] = [
  { value: "accept", label: "受理" }, { value: "opine", label: "出具意见" }, { value: "sign", label: "签发意见" },
  { value: "hand_back", label: "受委派办理" }, { value: "resubmit", label: "补正材料" }, { value: "forward", label: "审核转送" },
  { value: "decide", label: "作出决定" }, { value: "submit_evidence", label: "落实条件" }, { value: "close_condition", label: "核销条件" },
  { value: "attend", label: "参会签到" }, { value: "vote", label: "投票" }, { value: "minutes", label: "整理纪要" },
];

export const choices: Option[] = [{ value: "for", label: "同意" }, { value: "against", label: "不同意" }, { value: "abstain", label: "弃权" }];

/** labelOf is the label of a value, or the value itself if the server is newer than this page. */
export const labelOf = (options: Option[], value: string | undefined): string =>
  options.find((o) => o.value === value)?.label ?? value ?? "";

export const listStages: Option[] = [
  { value: "draft", label: "草拟" }, { value: "checked", label: "已核对" }, { value: "publishing", label: "下达中" },
  { value: "published", label: "已下达" }, { value: "cancelled", label: "已取消" },
];

export const bulletinStages: Option[] = [
  { value: "computing", label: "统计中" }, { value: "draft", label: "草稿" }, { value: "checking", label: "待校核" },
  { value: "signing", label: "待签发" }, { value: "published", label: "已发布" }, { value: "withdrawn", label: "已撤销" },
];

export const dispatchStages: Option[] = [
  { value: "compiling", label: "生成中" }, { value: "draft", label: "待印发" }, { value: "issued", label: "已印发" }, { value: "closed", label: "已办结" },
];
