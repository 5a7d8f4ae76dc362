import { expect, it } from "vitest";
import { Attempt, newKey } from "./idempotency";

it("a retry of the same content keeps its key, other content does not", () => {
  const attempt = new Attempt();
  const first = attempt.keyFor({ text: "同意" });
  expect(attempt.keyFor({ text: "同意" })).toBe(first);
  expect(attempt.keyFor({ text: "不同意" })).not.toBe(first);
});

it("a definite answer spends the key", () => {
  const attempt = new Attempt();
  const first = attempt.keyFor({});
  attempt.spend();
  expect(attempt.keyFor({})).not.toBe(first);
});

it("keys differ and have 128 bits", () => {
  expect(newKey()).toMatch(/^[0-9a-f]{32}$/);
  expect(newKey()).not.toBe(newKey());
});
