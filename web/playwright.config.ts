import { defineConfig } from "@playwright/test";

// The browser is the system's: CHROMIUM names another one.
export default defineConfig({
  testDir: "e2e",
  outputDir: "test-results",
  timeout: 300_000, // a review passes through a dozen sign-ins
  expect: { timeout: 15_000 },
  workers: 1,
  forbidOnly: !!process.env.CI,
  reporter: "list",
  use: {
    actionTimeout: 15_000,
    navigationTimeout: 30_000,
    viewport: { width: 1440, height: 900 },
    locale: "zh-CN",
    timezoneId: "America/New_York", // times are shown in Asia/Shanghai all the same
    screenshot: "only-on-failure",
    trace: "retain-on-failure",
    launchOptions: {
      executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
      args: ["--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"],
    },
  },
});
