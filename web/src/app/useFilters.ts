import { useSearchParams } from "react-router";

/** useFilters reads a list's filters from the address; narrow sets one, or takes it out when it has no value. */
export function useFilters(): [URLSearchParams, (name: string, value?: string | number | null) => void] {
  const [query, setQuery] = useSearchParams();
  const narrow = (name: string, value?: string | number | null) => {
    const next = new URLSearchParams(query);
    if (value) next.set(name, String(value));
    else next.delete(name);
    setQuery(next, { replace: true });
  };
  return [query, narrow];
}
