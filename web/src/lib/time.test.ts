import { describe, expect, it } from "vitest";
import { day, isSet, remaining, stamp } from "./time";

describe("times", () => {
  it("are shown in Shanghai, not in the reader's zone", () => {
    expect(new Date(2023, 0, 1).getTimezoneOffset()).not.toBe(-480); // or the test proves nothing
    expect(stamp("2023-11-07T09:30:00Z")).toBe("2023-11-07 17:30");
    expect(stamp("2023-12-31T16:00:00Z")).toBe("2024-01-01 00:00");
    expect(day("2023-11-06T16:30:00Z")).toBe("2023-11-07");
  });
  it("know Go's zero time as absent", () => {
    expect(isSet("0001-01-01T00:00:00Z")).toBe(false);
    expect(isSet(undefined)).toBe(false);
    expect(isSet("2023-11-06T16:30:00Z")).toBe(true);
  });
});

describe("remaining", () => {
  const due = "2023-11-10T09:30:00Z"; // 17:30 in Shanghai
  it.each([
    ["2023-11-07T01:00:00Z", "还剩3天", false],
    ["2023-11-07T23:00:00Z", "还剩2天", false], // already the 8th in Shanghai
    ["2023-11-10T09:30:00Z", "今日到期", false],
    ["2023-11-10T09:30:01Z", "已逾期(今日到期)", true],
    ["2023-11-12T01:00:00Z", "已逾期2天", true],
  ])("at %s is %s", (now, text, overdue) => {
    expect(remaining(due, new Date(now))).toEqual({ text, overdue });
  });
});
