import { defineConfig } from "vite";

export default defineConfig({
  base: "/static/",
  build: {
    manifest: "manifest.json",
    outDir: "dist",
    sourcemap: true,
    rollupOptions: { input: "frontend/main.js" },
  },
});
