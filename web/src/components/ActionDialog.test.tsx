import { QueryClientProvider } from "@tanstack/react-query";
import { render, screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { App, ConfigProvider } from "antd";
import type { ReactNode } from "react";
import { expect, it, vi } from "vitest";
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

function open(send: Send) {
  const onDone = vi.fn();
  show(
    <App>
      <QueryClientProvider client={newQueryClient()}>
        <ActionDialog action={withdraw} send={send} onClose={() => {}} onDone={onDone} />
      </QueryClientProvider>
    </App>,
  );
  return { onDone, user: userEvent.setup() };
}

it("retries a lost answer with the same key", async () => {
  const send = vi.fn<Send>()
    .mockRejectedValueOnce(new Problem(503, "unavailable", "服务暂时不可用"))
    .mockResolvedValueOnce({ id: "r", version: 2, stage: "end", events: ["review.concluded"] });
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

it("tells a keyboard user why an action is not allowed, and does not open it", async () => {
  const onChoose = vi.fn();
  show(<ActionBar actions={[{ ...withdraw, allowed: false, reason: "由发起单位撤回" }]} onChoose={onChoose} />);
  const user = userEvent.setup();
  await user.tab();
  const button = screen.getByRole("button", { name: "撤回" });
  expect(document.activeElement).toBe(button);
  expect(button.getAttribute("aria-disabled")).toBe("true");
  expect(document.getElementById(button.getAttribute("aria-describedby")?.split(" ")[0] ?? "")?.textContent).toContain("由发起单位撤回");
  await screen.findByRole("tooltip");
  await user.keyboard("{Enter}");
  expect(onChoose).not.toHaveBeenCalled();
});
