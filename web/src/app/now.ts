import { useSyncExternalStore } from "react";

const minute = 60_000;
let now = new Date();

function subscribe(changed: () => void): () => void {
  const timer = setInterval(() => {
    now = new Date();
    changed();
  }, minute);
  return () => clearInterval(timer);
}

/** useNow is the present to the minute; what shows it draws itself again as time passes. */
export const useNow = (): Date => useSyncExternalStore(subscribe, () => (Date.now() - now.getTime() > minute ? (now = new Date()) : now));
