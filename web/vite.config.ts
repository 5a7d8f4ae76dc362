import react from "@vitejs/plugin-react";
import { defineConfig } from "vitest/config";

export default defineConfig({
  plugins: [react()],
  build: {
    // dist/placeholder.html is committed and must survive a build; "npm run build" empties dist/assets
    emptyOutDir: false,
    chunkSizeWarningLimit: 900,
  },
  server: {
    proxy: { "/api": { target: process.env.LUODI_URL ?? "http://127.0.0.1:8080" } },
  },
  test: {
    environment: "jsdom",
    testTimeout: 120_000, // drawing forms is slow on a busy machine
    include: ["src/**/*.test.{ts,tsx}"],
    setupFiles: ["src/test/setup.ts"],
    env: { TZ: "America/New_York" }, // times are shown in Asia/Shanghai, wherever the reader is
  },
});
