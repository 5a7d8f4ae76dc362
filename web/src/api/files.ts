import { api, unwrap } from "./client";
import type { Attachment } from "./types";

/** upload sends a file as the form field the document names. */
export const upload = (file: File, key: string): Promise<Attachment> =>
  unwrap(
    api.POST("/api/v1/attachments", {
      params: { header: { "Idempotency-Key": key } },
      body: { file: "" }, // the document knows binary only as text; the form itself is sent
      bodySerializer: () => {
        const form = new FormData();
        form.append("file", file);
        return form;
      },
    }));

export const fileAddress = (id: string): string => `/api/v1/attachments/${encodeURIComponent(id)}`;
