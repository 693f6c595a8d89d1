// Bundles the village window and the tests; types are `tsc`'s business.
import { build } from "esbuild";
import { cpSync, mkdirSync } from "node:fs";

mkdirSync("dist/window", { recursive: true });
cpSync("example/index.html", "dist/window/index.html");
cpSync("example/style.css", "dist/window/style.css");
await build({
  entryPoints: ["example/main.tsx"],
  outfile: "dist/window/main.js",
  bundle: true,
  format: "esm",
  target: "es2022",
  jsx: "automatic",
  jsxImportSource: "preact",
  minify: true,
});
await build({
  entryPoints: ["test/at-01.ts", "test/window.ts"],
  outdir: "dist/test",
  outExtension: { ".js": ".mjs" },
  bundle: true,
  format: "esm",
  platform: "node",
  target: "node20",
  packages: "external",
});
