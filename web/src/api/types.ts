// The shapes the pages work with, as the server's OpenAPI document describes them.

import type { components } from "./schema";

/** Sent is a shape as it really arrives: the document lets a list be null, the server never sends one. */
export type Sent<T> = T extends readonly (infer U)[] ? Sent<U>[] : T extends object ? { [K in keyof T]: NullFree<T[K]> } : T;
type NullFree<T> = Extract<T, readonly unknown[]> extends never ? Sent<T> : Sent<Exclude<T, null>>;

type Schemas = components["schemas"];

export type Me = Sent<Schemas["Me"]>;
export type DemoAccount = Sent<Schemas["DemoAccount"]>;
export type Project = Sent<Schemas["ProjectView"]>;
export type Task = Sent<Schemas["TaskRow"]>;
export type Moment = Sent<Schemas["TimelineItem"]>;
export type ReviewRow = Sent<Schemas["ReviewRow"]>;
export type Review = Sent<Schemas["Review"]>;
export type Seat = Sent<Schemas["Seat"]>;
export type Step = Sent<Schemas["Step"]>;
export type Preview = Sent<Schemas["Preview"]>;
export type Expected = Sent<Schemas["Expected"]>;
export type Figures = Sent<Schemas["Figures"]>;
export type Submission = Sent<Schemas["Submission"]>;
export type Change = Sent<Schemas["Change"]>;
export type Condition = Sent<Schemas["Condition"]>;
export type Person = Sent<Schemas["Person"]>;
export type Paper = Sent<Schemas["PaperRef"]>;
export type Panel = Sent<Schemas["Panel"]>;
export type PanelItem = Sent<Schemas["PanelItem"]>;
export type PanelRule = Sent<Schemas["PanelRule"]>;
export type Meeting = Sent<Schemas["MeetingRow"]>;
export type Convening = Sent<Schemas["ConveneBody"]>;
export type LiaisonRow = Sent<Schemas["LiaisonRow"]>;
export type Liaison = Sent<Schemas["Liaison"]>;
export type LiaisonDuty = Sent<Schemas["LiaisonDuty"]>;
export type LiaisonWeek = Sent<Schemas["LiaisonWeek"]>;
export type LiaisonProblem = Sent<Schemas["LiaisonProblem"]>;
export type LiaisonMilestone = Sent<Schemas["LiaisonMilestone"]>;
export type ListRow = Sent<Schemas["BatchRow"]>;
export type LiaisonListData = Sent<Schemas["Batch"]>;
export type ListPairing = Sent<Schemas["BatchListRow"]>;
export type ListEntry = Sent<Schemas["Entry"]>;
export type ListDraft = Sent<Schemas["ListDraft"]>;
export type DispatchRow = Sent<Schemas["DispatchRow"]>;
export type DispatchData = Sent<Schemas["Dispatch"]>;
export type DispatchContent = Sent<Schemas["DispatchContent"]>;
export type DispatchTotals = Sent<Schemas["DispatchTotals"]>;
export type BulletinRow = Sent<Schemas["BulletinRow"]>;
export type BulletinData = Sent<Schemas["Bulletin"]>;
export type BulletinContent = Sent<Schemas["BulletinContent"]>;
export type BulletinLine = Sent<Schemas["BulletinLine"]>;
export type BulletinMeasure = Sent<Schemas["BulletinMeasure"]>;
export type BulletinRanking = Sent<Schemas["BulletinRanking"]>;
export type BulletinListed = Sent<Schemas["BulletinListed"]>;
export type BulletinAffected = Sent<Schemas["BulletinAffected"]>;
export type BulletinCorrection = Sent<Schemas["BulletinCorrection"]>;
export type BulletinSection = Sent<Schemas["BulletinSection"]>;
export type Indicator = Sent<Schemas["BulletinIndicator"]>;
export type Verification = Sent<Schemas["Verification"]>;
export type RuleBook = Sent<Schemas["RuleBook"]>;
export type RuleBookData = Sent<Schemas["RuleBookData"]>;
export type BookCheck = Sent<Schemas["BookCheck"]>;
export type BookRule = Sent<Schemas["BookRule"]>;
export type RegisterEntry = Sent<Schemas["RegisterEntryView"]>;
export type RegisterDraft = Sent<Schemas["RegisterDraft"]>;
export type RegisterVersion = Sent<Schemas["RegisterEntry"]>;
export type RegisterImported = Sent<Schemas["RegisterImported"]>;
export type Trip = Sent<Schemas["TeamTrip"]>;
export type Lead = Sent<Schemas["AmbassadorLead"]>;
export type Funnel = Sent<Schemas["FunnelReport"]>;
export type FunnelLine = Sent<Schemas["FunnelLine"]>;
export type FunnelStep = Sent<Schemas["FunnelStep"]>;
export type Campaign = Sent<Schemas["CampaignReport"]>;
export type TargetTable = Sent<Schemas["TargetTable"]>;
export type TargetUnit = Sent<Schemas["TargetUnit"]>;
export type TargetChange = Sent<Schemas["TargetChange"]>;
export type TargetsSet = Sent<Schemas["TargetsSet"]>;
export type TargetVersion = Sent<Schemas["TargetVersion"]>;
export type Colleague = Sent<Schemas["Colleague"]>;
export type Proxy = Sent<Schemas["Proxy"]>;
export type ProxyDraft = Sent<Schemas["ProxyDraft"]>;
export type Attachment = Sent<Schemas["Attachment"]>;
export type BatchItem = Sent<Schemas["BatchItem"]>;
export type BatchResult = Sent<Schemas["BatchResult"]>;
export type ProjectEdit = Sent<Schemas["ProjectEdit"]>;
export type Score = Sent<Schemas["Score"]>;
export type Receipt = Sent<Schemas["Receipt"]>;
export type ImportReport = Sent<Schemas["Imported"]>;
export type Statistics = Sent<Schemas["YearFigures"]>;
export type Tally = Sent<Schemas["Tally"]>;
export type CalendarYear = Sent<Schemas["YearInfo"]>;
export type DayInfo = Sent<Schemas["DayInfo"]>;
export type Notice = Sent<Schemas["Notice"]>;

export type Box = "todo" | "done" | "started" | "cc";

export interface Choice {
  const: string;
  title: string;
}

/** Schema is the part of JSON Schema that the server's forms use. */
export interface Schema {
  type?: string;
  title?: string;
  description?: string;
  properties?: Record<string, Schema>;
  "x-order"?: string[];
  required?: string[];
  oneOf?: Choice[];
  items?: Schema;
  minItems?: number;
  maxItems?: number;
  minLength?: number;
  maxLength?: number;
  minimum?: number;
  maximum?: number;
  format?: string;
  /** the field has a meaning only with this value of another one */
  "x-when"?: { field: string; is: string };
}

/** Action is something a person may want to do; its schema draws the form, and is there when it is allowed. */
export type Action = Omit<Sent<Schemas["Action"]>, "schema"> & { schema?: Schema };

export type AssessmentRow = Sent<Schemas["AssessmentRow"]>;
export type AssessmentData = Sent<Schemas["Assessment"]>;
export type AssessmentRun = Sent<Schemas["AssessmentRun"]>;
export type AssessmentAppeal = Sent<Schemas["AssessmentAppeal"]>;
export type AssessmentChange = Sent<Schemas["AssessmentChange"]>;
export type AssessmentDraw = Sent<Schemas["AssessmentDraw"]>;
export type AssessmentTargetsView = Sent<Schemas["TargetsView"]>;
export type AssessmentTargetsChange = Sent<Schemas["TargetsChange"]>;
export type NewYear = Schemas["NewYear"];
export type SelfReportRow = Sent<Schemas["SelfReportRow"]>;
export type SelfReportData = Sent<Schemas["SelfReport"]>;
export type SelfReportItem = Sent<Schemas["SelfReportItem"]>;
export type MarkSheet = Sent<Schemas["MarkSheet"]>;
export type Scores = Sent<Schemas["Scores"]>;
export type ScoreGroup = Sent<Schemas["ScoreGroup"]>;
export type ScoreCardData = Sent<Schemas["ScoreCard"]>;
export type ScoreIndicator = Sent<Schemas["ScoreIndicator"]>;
export type ScoreExplanation = Sent<Schemas["ScoreExplanation"]>;
export type ScoreEvidence = Sent<Schemas["ScoreEvidence"]>;
export type RunDifference = Sent<Schemas["RunDifference"]>;
export type Forecast = Sent<Schemas["Forecast"]>;
export type Supposition = Schemas["Supposition"];
