import { act, as, button, radio, select, text, today } from "./acts";
import { expect, signIn, test, type Luodi } from "./server";

interface Listed {
  items: { id: string; name: string }[];
}

/** started are reviews of these projects that wait for opinions. */
async function started(luodi: Luodi, names: string[]): Promise<string[]> {
  const centre = await as(luodi, luodi.account("centre_operator"));
  const reviews: string[] = [];
  for (const q of names) {
    const { items } = (await (await centre.get("/api/v1/projects", { params: { q, stage: "negotiating" } })).json()) as Listed;
    const begun = (await (await centre.post("/api/v1/reviews", { data: { project_id: items[0]!.id } })).json()) as { id: string };
    expect((await centre.post(`/api/v1/reviews/${begun.id}/actions/accept`, { data: {} })).status()).toBe(200);
    reviews.push(begun.id);
  }
  await centre.dispose();
  return reviews;
}

test("a department's day: inbox, batch, proxy, urge, copies and reading", async ({ page, luodi }) => {
  const [first, second] = await started(luodi, ["饮用水二期项目", "智能卫浴产业园项目"]);
  const handler = luodi.account("department_handler", "ziran");
  const stand = luodi.account("department_handler", "nongye");
  const todo = page.getByRole("table", { name: "待办" });

  await test.step("a handler narrows the inbox and claims several at once", async () => {
    await signIn(page, handler);
    await expect(page.getByRole("tab", { name: /^待办 [1-9]/ })).toBeVisible();
    await page.getByRole("searchbox", { name: "搜索项目或会议" }).fill("饮用水");
    await page.keyboard.press("Enter");
    await expect(todo.getByRole("link", { name: /出具会审意见/ })).toHaveCount(1);
    await page.goto("/inbox");
    await select(page, "办理事项", "出具意见");
    await expect(page).toHaveURL(/action=opine/);
    for (const name of ["饮用水二期项目", "智能卫浴产业园项目"]) await todo.getByRole("checkbox", { name: new RegExp(name) }).check();
    await page.screenshot({ path: "test-results/inbox-claim.png" });
    await page.getByRole("button", { name: /^认领/ }).click();
    await expect(page.getByText("已认领2件")).toBeVisible();
    await page.getByRole("checkbox", { name: "只看我的" }).click();
    await expect(todo.getByText("由我办理")).toHaveCount(2);
    await expect(page).toHaveURL(/mine=true/);
  });

  await test.step("the handler, away for the day, appoints a proxy, who acts in their name", async () => {
    await signIn(page, handler, "/proxies");
    await select(page, "代理人", stand.name);
    await page.getByLabel("起止日期(含)").first().fill(today());
    await page.keyboard.press("Enter");
    await page.getByPlaceholder("结束日期").fill(today());
    await page.keyboard.press("Enter");
    await page.getByLabel("事由").fill("外出培训");
    await page.getByRole("button", { name: "委托代理" }).click();
    await expect(page.getByRole("table", { name: "我委托的代理" })).toContainText("代理中");
    await page.screenshot({ path: "test-results/proxies.png" });

    await signIn(page, stand);
    await expect(todo).toContainText("没有符合条件的待办事项");
    await page.getByRole("radiogroup", { name: "办理身份" }).getByText(`代${handler.name}`).click();
    await expect(todo.getByRole("link", { name: /出具会审意见/ })).toHaveCount(2);
    await expect(todo.getByText(`${handler.name}办理`)).toHaveCount(2);
    await page.screenshot({ path: "test-results/inbox-proxy.png" });
    await todo.getByRole("row", { name: /智能卫浴/ }).click({ position: { x: 400, y: 10 } });
    await expect(page).toHaveURL(new RegExp(`/reviews/${second}$`));
    await act(page, "出具意见", async () => {
      await expect(page.getByRole("radio", { name: new RegExp(`代${handler.name.slice(0, 2)}`) })).toBeChecked();
      await radio(page, "同意");
      await text(page, /意见内容$/, "符合国土空间规划。");
    });
    await expect(page.getByRole("table", { name: "会审部门" }).getByRole("row", { name: /市自然资源和规划局/ })).toContainText(`代理${handler.name}`);
  });

  await test.step("the handler takes the proxy back", async () => {
    await signIn(page, handler, "/proxies");
    await page.getByRole("table", { name: "我委托的代理" }).getByRole("button", { name: "撤销" }).click();
    await page.getByRole("tooltip").getByRole("button", { name: "撤销" }).click();
    await expect(page.getByRole("table", { name: "我委托的代理" })).toContainText("已撤销");
    await signIn(page, stand, `/reviews/${second}`);
    await expect(page.getByText("该事项不存在")).toBeVisible();
  });

  await test.step("the centre urges, once a day, and sends a copy", async () => {
    await signIn(page, luodi.account("centre_operator"), `/reviews/${first}`);
    await act(page, "催办", async () => {
      await select(page, "催办环节", "自然资源");
      await text(page, "催办留言", "请尽快办理");
    });
    await expect(page.getByText("已催办1次")).toBeVisible();
    await act(page, "抄送", async () => {
      await select(page, "抄送单位", "农业农村");
      await text(page, "抄送说明", "供参阅");
    });
    await signIn(page, handler);
    await expect(todo.getByRole("row", { name: /饮用水/ })).toContainText("催办");
    await page.screenshot({ path: "test-results/inbox-urged.png" });
  });

  await test.step("a copy is unread until it is marked as read, and the receipt shows", async () => {
    await signIn(page, stand, "/inbox?box=cc");
    const copies = page.getByRole("table", { name: "抄送我的" });
    await expect(copies).toContainText("饮用水");
    const unread = Number(/\d+$/.exec((await page.getByRole("tab", { name: /^抄送我的/ }).textContent()) ?? "")?.[0]); // the demonstration's bulletins are copies, too
    await copies.getByRole("checkbox", { name: /饮用水/ }).check();
    await page.getByRole("button", { name: /^标为已读/ }).click();
    await expect(page.getByText("已标为已读1件")).toBeVisible();
    await expect(page.getByRole("tab", { name: `抄送我的 ${unread - 1}` })).toBeVisible();
    await page.goto(`/reviews/${first}`);
    await page.getByRole("tab", { name: "已阅 1" }).click();
    await expect(page.getByRole("tabpanel")).toContainText(stand.name);
    await expect(await button(page, "已阅")).toHaveAttribute("aria-disabled", "true");
    await page.screenshot({ path: "test-results/reads.png" });
  });
});
