import { queryOptions } from "@tanstack/react-query";
import { api, unwrap } from "./client";

/** Place says which draft: of which form, about what. */
export interface Place {
  form: string;
  subject: string;
}

export interface Draft {
  at: string;
  body: Record<string, unknown>;
}

/** draft is what the user saved of a form (暂存), or null; the list is asked first, since having none is no error. */
export const draft = (place: Place) =>
  queryOptions({
    queryKey: ["draft", place],
    staleTime: 0,
    queryFn: async (): Promise<Draft | null> => {
      const { items } = await unwrap(api.GET("/api/v1/drafts"));
      if (!items.some((d) => d.form === place.form && d.subject === place.subject)) return null;
      const { at, body } = await unwrap(api.GET("/api/v1/drafts/{form}/{subject}", { params: { path: place } }));
      return { at, body: body ?? {} };
    },
  });

export const saveDraft = (place: Place, body: Record<string, unknown>): Promise<unknown> =>
  unwrap(api.PUT("/api/v1/drafts/{form}/{subject}", { params: { path: place }, body }));

export const deleteDraft = (place: Place): Promise<unknown> =>
  unwrap(api.DELETE("/api/v1/drafts/{form}/{subject}", { params: { path: place } }));
