import { queryOptions } from "@tanstack/react-query";
import { api, unwrap } from "./client";
import { asProblem } from "./problem";

/** Place says which draft: of which form, about what. */
export interface Place {
  form: string;
  subject: string;
}

export interface Draft {
  at: string;
  body: Record<string, unknown>;
}

/** draft is what the user saved of a form (暂存), or null. */
export const draft = (place: Place) =>
  queryOptions({
    queryKey: ["draft", place],
    staleTime: 0,
    queryFn: async (): Promise<Draft | null> => {
      try {
        const { at, body } = await unwrap(api.GET("/api/v1/drafts/{form}/{subject}", { params: { path: place } }));
        return { at, body: body ?? {} };
      } catch (e) {
        if (asProblem(e).status === 404) return null;
        throw e;
      }
    },
  });

export const saveDraft = (place: Place, body: Record<string, unknown>): Promise<unknown> =>
  unwrap(api.PUT("/api/v1/drafts/{form}/{subject}", { params: { path: place }, body }));

export const deleteDraft = (place: Place): Promise<unknown> =>
  unwrap(api.DELETE("/api/v1/drafts/{form}/{subject}", { params: { path: place } }));
