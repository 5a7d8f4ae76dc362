import type { KeyboardEvent } from "react";

/** choosesOnly keeps Enter in a date field from sending the whole form: there it chooses the day. */
export function choosesOnly(event: KeyboardEvent): void {
  if (event.key === "Enter") event.preventDefault();
}
