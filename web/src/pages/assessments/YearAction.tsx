import { useQueryClient } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { actOnAssessment } from "../../api/assessments";
import type { Action } from "../../api/types";
import { ActionDialog } from "../../components/ActionDialog";

/** YearAction is the dialog of an action on an assessment year; whatever the answer, the year is looked at anew. */
export function YearAction({ year, action, about, initial, onClose, children }: {
  year: string; action: Action;
  /** what of the year the form is about, such as an appeal */
  about?: string;
  initial?: Record<string, unknown>; onClose: () => void; children?: ReactNode;
}) {
  const client = useQueryClient();
  return (
    <ActionDialog
      action={action}
      subject={about ? `${year}.${about}` : year}
      initial={initial}
      send={(name, body, key) => actOnAssessment(year, name, body, key)}
      onClose={() => {
        void client.invalidateQueries({ queryKey: ["assessment", year] }); // a refusal may mean that somebody was first
        onClose();
      }}
      onDone={() => {
        void client.invalidateQueries();
        onClose();
      }}
    >
      {children}
    </ActionDialog>
  );
}
