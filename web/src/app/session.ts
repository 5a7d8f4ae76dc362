import { useQuery } from "@tanstack/react-query";
import { createContext, useContext } from "react";
import type { Me } from "../api/types";
import { units } from "../api/queries";

export const SessionContext = createContext<Me | null>(null);

/** useSession is the signed-in user; pages are drawn only when there is one. */
export function useSession(): Me {
  const session = useContext(SessionContext);
  if (!session) throw new Error("a page was drawn without a session");
  return session;
}

/** useUnitName names units by id, in short. */
export function useUnitName(): (id: string) => string {
  const { data } = useQuery(units);
  return (id) => {
    const unit = data?.find((u) => u.id === id);
    return unit?.short_name || unit?.name || id;
  };
}
