// Amounts come as decimal strings in 万元. They are shown, never computed with as floats.

const pattern = /^(-?)(\d+)(?:\.(\d+))?$/;

/** roundedShift moves the decimal point left by `shift` places and rounds half up (四舍五入) to `places`. */
function roundedShift(amount: string, shift: number, places: number): string {
  const match = pattern.exec(amount);
  if (!match) return amount;
  const [, sign = "", whole = "", fraction = ""] = match;
  const keep = places - shift; // decimal places of the 万元 string that survive
  const digits = BigInt(whole + fraction);
  const drop = fraction.length - keep;
  const scaled = drop > 0 ? (digits + 5n * 10n ** BigInt(drop - 1)) / 10n ** BigInt(drop) : digits * 10n ** BigInt(-drop);
  const text = scaled.toString().padStart(places + 1, "0");
  const integer = text.slice(0, text.length - places);
  const rest = places > 0 ? text.slice(-places).replace(/0+$/, "") : "";
  const grouped = integer.replace(/\B(?=(\d{3})+$)/g, ",");
  return (scaled === 0n ? "" : sign) + grouped + (rest ? "." + rest : "");
}

/** inWan is the amount in 万元, at most two decimals, such as "12,000.5". */
export const inWan = (amount: string): string => roundedShift(amount, 0, 2);

/** inYi is the amount in 亿元, at most `places` decimals, such as "4,194.5". */
export const inYi = (amount: string, places = 2): string => roundedShift(amount, 4, places);

/** formatAmount shows an amount in 亿元 from 1亿元 on, in 万元 below. */
export function formatAmount(amount: string | undefined): string {
  if (!amount) return "—";
  const match = pattern.exec(amount);
  if (!match) return amount;
  return (match[2] ?? "").replace(/^0+/, "").length > 4 ? inYi(amount) + " 亿元" : inWan(amount) + " 万元";
}
