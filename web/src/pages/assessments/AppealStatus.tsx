import { Tag } from "antd";
import type { AssessmentAppeal } from "../../api/types";

const colors: Record<AssessmentAppeal["status"], string> = { open: "processing", withdrawn: "default", accepted: "green", refused: "red" };

/** AppealStatus is what became of an appeal. */
export const AppealStatus = ({ a }: { a: Pick<AssessmentAppeal, "status" | "status_label"> }) => <Tag color={colors[a.status]}>{a.status_label}</Tag>;
