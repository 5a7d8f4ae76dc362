import { QueryClientProvider } from "@tanstack/react-query";
import { render, screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { App, ConfigProvider } from "antd";
import type { ReactNode } from "react";
import { beforeEach, expect, it, vi } from "vitest";
import { Problem } from "../api/problem";
import { newQueryClient } from "../api/queries";
import type { Action, Receipt } from "../api/types";
import { ActionBar } from "./ActionBar";
import { ActionDialog } from "./ActionDialog";

const withdraw: Action = {
  action: "withdraw", label: "撤回", allowed: true, danger: true,
  schema: { type: "object", required: ["text"], properties: { text: { type: "string", title: "撤回原因", minLength: 2 } } },
};

type Send = (action: string, body: Record<string, unknown>, key: string) => Promise<Receipt>;

const show = (children: ReactNode) => render(<ConfigProvider button={{ autoInsertSpace: false }}>{children}</ConfigProvider>);

/** drafts stands for the server's: what is kept, by method what was asked for. */
const drafts = { kept: undefined as unknown, asked: [] as string[] };

beforeEach(() => {
  drafts.kept = undefined;
  drafts.asked = [];
  vi.stubGlobal("fetch", async (request: Request) => {
    drafts.asked.push(`${request.method} ${new URL(request.url).pathname}`);
    if (request.method === "PUT") drafts.kept = await request.json();
    if (request.method === "DELETE") drafts.kept = undefined;
    const kept = { form: "withdraw", subject: "r", at: "2023-11-07T09:30:00Z" };
    if (request.url.endsWith("/drafts")) return Response.json({ items: drafts.kept === undefined ? [] : [kept] });
    return Response.json({ ...kept, body: drafts.kept });
  });
});

const done: Receipt = { id: "r", version: 2, stage: "end", events: ["review.concluded"] };

function open(send: Send, action = withdraw) {
  const onDone = vi.fn();
  const view = show(
    <App>
      <QueryClientProvider client={newQueryClient()}>
        <ActionDialog action={action} subject="r" send={send} onClose={() => {}} onDone={onDone} />
      </QueryClientProvider>
    </App>,
  );
  return { onDone, user: userEvent.setup(), close: view.unmount };
}

it("retries a lost answer with the same key", async () => {
  const send = vi.fn<Send>()
    .mockRejectedValueOnce(new Problem(503, "unavailable", "服务暂时不可用"))
    .mockResolvedValueOnce(done);
  const { onDone, user } = open(send);
  await user.type(screen.getByRole("textbox"), "材料不齐");
  await user.click(screen.getByRole("button", { name: "确认撤回" }));
  await screen.findByText("服务暂时不可用");
  await user.click(screen.getByRole("button", { name: /重试/ }));
  await waitFor(() => expect(onDone).toHaveBeenCalledOnce());
  const [first, second] = send.mock.calls;
  expect(first?.[1]).toEqual({ text: "材料不齐" });
  expect(second).toEqual(first);
});

it("takes a fresh key after a refusal", async () => {
  const send = vi.fn<Send>().mockRejectedValue(new Problem(409, "action_conflict", "不能撤回:研判已办结"));
  const { onDone, user } = open(send);
  await user.type(screen.getByRole("textbox"), "材料不齐");
  await user.click(screen.getByRole("button", { name: "确认撤回" }));
  await screen.findByText("不能撤回:研判已办结");
  await user.click(screen.getByRole("button", { name: "确认撤回" }));
  await waitFor(() => expect(send).toHaveBeenCalledTimes(2));
  expect(send.mock.calls[1]?.[2]).not.toBe(send.mock.calls[0]?.[2]);
  expect(onDone).not.toHaveBeenCalled();
});

it("keeps a draft, offers it again, and drops it once the action is done", async () => {
  const before = open(vi.fn<Send>());
  await before.user.type(screen.getByRole("textbox"), "写了一半");
  await before.user.click(screen.getByRole("button", { name: "暂存" }));
  await waitFor(() => expect(drafts.kept).toEqual({ text: "写了一半" }));
  before.close();

  const { onDone, user } = open(vi.fn<Send>().mockResolvedValue(done));
  await screen.findByText("您在 2023-11-07 17:30 暂存过这份内容");
  await user.click(screen.getByRole("button", { name: "继续填写" }));
  expect(screen.getByRole<HTMLInputElement>("textbox").value).toBe("写了一半");
  await user.click(screen.getByRole("button", { name: "确认撤回" }));
  await waitFor(() => expect(onDone).toHaveBeenCalledOnce());
  await waitFor(() => expect(drafts.asked).toContain("DELETE /api/v1/drafts/withdraw/r"));
  expect(drafts.kept).toBeUndefined();
});

it("only asks to confirm what needs nothing said", async () => {
  const send = vi.fn<Send>().mockResolvedValue(done);
  const { user } = open(send, { action: "claim", label: "认领", allowed: true, schema: { type: "object", properties: {} } });
  expect(screen.queryByRole("button", { name: "暂存" })).toBeNull();
  await user.click(screen.getByRole("button", { name: "确认认领" }));
  await waitFor(() => expect(send.mock.calls[0]?.slice(0, 2)).toEqual(["claim", {}]));
  expect(drafts.asked).toEqual([]);
});

it("shows the main actions first, and tells a keyboard user why another is not allowed", async () => {
  const onChoose = vi.fn();
  show(
    <ActionBar
      actions={[
        { action: "opine", label: "出具意见", allowed: true }, { action: "transfer", label: "转办", allowed: true }, withdraw,
        { action: "decide", label: "作出决定", allowed: false, reason: "部门意见尚未齐备", who: "招商中心负责人" },
      ]}
      onChoose={onChoose}
    />,
  );
  const user = userEvent.setup();
  expect(screen.getAllByRole("button").map((b) => b.textContent?.trim())).toEqual(["出具意见", "更多操作"]);
  await user.tab();
  await user.tab();
  await user.keyboard("{Enter}");
  await screen.findByRole("button", { name: "转办" });
  expect(screen.getByRole("button", { name: "撤回" }).className).toContain("dangerous");
  const button = screen.getByRole("button", { name: "作出决定" });
  for (let i = 0; i < 3; i++) await user.tab();
  expect(document.activeElement).toBe(button);
  expect(button.getAttribute("aria-disabled")).toBe("true");
  expect(document.getElementById(button.getAttribute("aria-describedby")?.split(" ")[0] ?? "")?.textContent).toBe("部门意见尚未齐备。可办理人:招商中心负责人");
  await waitFor(() => expect(screen.getAllByRole("tooltip").map((t) => t.textContent)).toContain("部门意见尚未齐备。可办理人:招商中心负责人"));
  await user.keyboard("{Enter}");
  expect(onChoose).not.toHaveBeenCalled();
  await user.click(screen.getByRole("button", { name: "转办" }));
  expect(onChoose.mock.calls[0]?.[0]).toMatchObject({ action: "transfer" });
});
