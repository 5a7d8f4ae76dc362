/** FieldError is one thing wrong: a JSON pointer or a cell, a stable code, and what to do about it. */
export interface FieldError {
  field: string;
  code: string;
  message: string;
}

/** Problem is the server's answer to a failed request (RFC 9457), or a failure to reach it. */
export class Problem extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    detail: string,
    readonly errors: FieldError[] = [],
    readonly trace?: string,
  ) {
    super(detail);
    this.name = "Problem";
  }

  /** uncertain: nobody knows whether the request took effect; send it again with the same key. */
  get uncertain(): boolean {
    return this.status === 0 || this.status >= 500;
  }
}

const unreachable = "连接不上服务器,请检查网络后重试";
const statusText: Record<number, string> = {
  401: "请先登录", 403: "没有权限", 404: "没有找到,或您无权查看", 409: "状态已变化,请刷新后再试",
  413: "文件太大", 422: "填写内容有误", 429: "操作太频繁,请稍后再试", 503: "服务暂时不可用,请稍后重试",
};

/** problemOf reads an error body, whatever it is. */
export function problemOf(status: number, body: unknown): Problem {
  const b = (typeof body === "object" && body !== null ? body : {}) as Record<string, unknown>;
  const text = textIn(b);
  const errors = Array.isArray(b.errors) ? (b.errors as unknown[]).map(fieldErrorOf) : [];
  const detail = text("detail") || statusText[status] || `服务器出错(${status}),请稍后再试`;
  return new Problem(status, text("code") || "unknown", detail, errors, text("trace") || undefined);
}

const textIn = (b: Record<string, unknown>) => (key: string): string => (typeof b[key] === "string" ? b[key] : "");

function fieldErrorOf(e: unknown): FieldError {
  const b = (typeof e === "object" && e !== null ? e : {}) as Record<string, unknown>;
  const text = textIn(b);
  return { field: text("field"), code: text("code"), message: text("message") };
}

/** asProblem makes a Problem of anything that was thrown while talking to the server. */
export const asProblem = (e: unknown): Problem => (e instanceof Problem ? e : new Problem(0, "unreachable", unreachable));

/** pathOf turns a JSON pointer into the path of a form field: "/days/3/date" → ["days", 3, "date"]. */
export function pathOf(pointer: string): (string | number)[] {
  if (!pointer.startsWith("/") || pointer === "/") return [];
  return pointer.slice(1).split("/").map((part) => {
    const name = part.replaceAll("~1", "/").replaceAll("~0", "~");
    return /^\d+$/.test(name) ? Number(name) : name;
  });
}
