/** projectIsIllustrative: the demonstration writes 示例 into the name of what it made up. */
export const projectIsIllustrative = (name: string): boolean => name.includes("示例");
