import { expect, it } from "vitest";
import { asProblem, pathOf, problemOf } from "./problem";

it("reads problem+json", () => {
  const p = problemOf(422, { code: "body_invalid", detail: "填写内容有误", errors: [{ field: "/text", code: "required", message: "请填写意见" }] });
  expect(p).toMatchObject({ status: 422, code: "body_invalid", message: "填写内容有误", uncertain: false });
  expect(p.errors).toEqual([{ field: "/text", code: "required", message: "请填写意见" }]);
});

it("says something in Chinese when a proxy answers with a page", () => {
  expect(problemOf(503, "<html>").message).toBe("服务暂时不可用,请稍后重试");
  expect(problemOf(502, undefined)).toMatchObject({ uncertain: true, message: "服务器出错(502),请稍后再试" });
  expect(asProblem(new TypeError("Failed to fetch"))).toMatchObject({ status: 0, uncertain: true });
});

it("maps JSON pointers to form fields", () => {
  expect(pathOf("/days/3/date")).toEqual(["days", 3, "date"]);
  expect(pathOf("/a~1b/~0c")).toEqual(["a/b", "~c"]);
  expect(pathOf("/")).toEqual([]);
  expect(pathOf("Sheet1!C5")).toEqual([]);
});
