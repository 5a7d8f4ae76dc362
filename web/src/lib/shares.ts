import type { Option } from "./labels";

// A meeting's shares are fractions, reached or, with ">" behind them, exceeded.

const named: Record<string, string> = {
  "1/2>": "过半数(超过二分之一)", "1/2": "半数及以上(达到二分之一)", "2/3": "三分之二及以上", "2/3>": "超过三分之二", "3/4": "四分之三及以上", "1/1": "全体",
};

export const shareOf = (share: string, strict: boolean): string => share + (strict ? ">" : "");

export const partsOf = (text: string): { share: string; strict: boolean } => ({ share: text.replace(">", ""), strict: text.endsWith(">") });

/** shareLabel says a share in words, an unusual one by its numbers. */
export function shareLabel(share: string, strict: boolean): string {
  return named[shareOf(share, strict)] ?? (strict ? `超过${share}` : `${share}及以上`);
}

/** shareOptions are the usual shares, and the one that is set. */
export function shareOptions(present?: string): Option[] {
  const all = present && !(present in named) ? [present, ...Object.keys(named)] : Object.keys(named);
  return all.map((value) => {
    const { share, strict } = partsOf(value);
    return { value, label: shareLabel(share, strict) };
  });
}
