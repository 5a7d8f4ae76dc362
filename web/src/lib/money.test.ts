import { describe, expect, it } from "vitest";
import { formatAmount, inWan, inYi } from "./money";

describe("amounts", () => {
  it("are shown in 亿元 from 1亿元 on", () => {
    expect(formatAmount("9999.99")).toBe("9,999.99 万元");
    expect(formatAmount("10000")).toBe("1 亿元");
    expect(formatAmount("41945000")).toBe("4,194.5 亿元");
    expect(formatAmount("31264200")).toBe("3,126.42 亿元");
    expect(formatAmount("0")).toBe("0 万元");
    expect(formatAmount("-120000")).toBe("-12 亿元");
  });
  it("round half up, exactly, beyond what a float holds", () => {
    expect(inYi("12345")).toBe("1.23");
    expect(inYi("12350")).toBe("1.24");
    expect(inYi("12349.9999")).toBe("1.23");
    expect(inWan("90071992547409930.125")).toBe("90,071,992,547,409,930.13");
  });
  it("leave alone what is no number", () => {
    expect(formatAmount(undefined)).toBe("—");
    expect(formatAmount("面议")).toBe("面议");
  });
});
