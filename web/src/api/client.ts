import createClient from "openapi-fetch";
import { asProblem, problemOf } from "./problem";
import type { paths } from "./schema";
import type { Sent } from "./types";

/**
 * api is the server as its OpenAPI document describes it. The session is a
 * SameSite cookie, and the server refuses what another site sends: no token is needed.
 */
export const api = createClient<paths>({ baseUrl: location.origin, credentials: "same-origin", fetch: (request) => fetch(request) });

interface Answer<T> {
  data?: T;
  error?: unknown;
  response: Response;
}

/** unwrap gives the body of a success and throws a Problem for anything else. */
export async function unwrap<T>(answer: Promise<Answer<T>>): Promise<Sent<T>> {
  let result: Answer<T>;
  try {
    result = await answer;
  } catch (e) {
    throw asProblem(e);
  }
  if (!result.response.ok) throw problemOf(result.response.status, result.error);
  return result.data as Sent<T>;
}
