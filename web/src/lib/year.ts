const firstYear = 2018;

/** yearOf reads the year of an address, or takes the present one; next year is the last. */
export function yearOf(text: string | null, present: number): number {
  const year = Number(text);
  return Number.isInteger(year) && year >= firstYear && year <= present + 1 ? year : present;
}

/** yearOptions lists the years that can be chosen, latest first. */
export const yearOptions = (last: number) =>
  Array.from({ length: last - firstYear + 1 }, (_, i) => ({ value: last - i, label: `${last - i}年` }));
