// Bundles the playground into dist/. With --check it builds anew and compares, and writes nothing.
import { build } from "esbuild";
import { mkdir, readFile, readdir, rm, writeFile } from "node:fs/promises";
import { gunzipSync, gzipSync } from "node:zlib";

const dist = new URL("dist/", import.meta.url);
const sources = {
  app: "app.jsx",
  "editor.worker": "monaco-editor/esm/vs/editor/editor.worker.js",
  "json.worker": "monaco-editor/esm/vs/language/json/json.worker.js",
  "graphql.worker": "monaco-graphql/esm/graphql.worker.js",
};

// Languages of the editor that no pane shows.
const unused = {
  name: "unused-languages",
  setup(bundle) {
    bundle.onResolve({ filter: /^\.\.?\// }, ({ path, resolveDir }) => {
      const language = /basic-languages\/(\w+)\/\1(\.js)?$/.exec(`${resolveDir}/${path}`.replace(/\/\.\//g, "/"));
      return language && language[1] !== "graphql" ? { path, namespace: "unused" } : undefined;
    });
    bundle.onLoad({ filter: /.*/, namespace: "unused" }, () => ({ contents: "export const conf = {}, language = {};" }));
  },
};

const { outputFiles } = await build({
  entryPoints: Object.entries(sources).map(([out, source]) => ({ in: source, out })),
  bundle: true,
  write: false,
  outdir: "dist",
  format: "iife",
  minify: true,
  legalComments: "eof",
  target: "es2022",
  jsx: "automatic",
  loader: { ".ttf": "dataurl" },
  define: { "process.env.NODE_ENV": '"production"' },
  plugins: [unused],
  absWorkingDir: new URL(".", import.meta.url).pathname,
  logLevel: "warning",
});

const built = outputFiles.map(({ path, contents }) => ({ name: `${path.split("/").pop()}.gz`, contents: Buffer.from(contents) }));
built.sort((one, other) => one.name.localeCompare(other.name));

if (process.argv.includes("--check")) {
  const kept = (await readdir(dist)).filter((name) => name.endsWith(".gz")).sort();
  const names = built.map(({ name }) => name).sort();
  if (JSON.stringify(kept) !== JSON.stringify(names)) throw new Error(`dist holds ${kept}, a build makes ${names}`);
  for (const { name, contents } of built) {
    if (!gunzipSync(await readFile(new URL(name, dist))).equals(contents)) throw new Error(`${name} is not what a build makes`);
  }
  console.log(`${built.length} files are as built`);
} else {
  await rm(dist, { recursive: true, force: true });
  await mkdir(dist, { recursive: true });
  for (const { name, contents } of built) {
    const packed = gzipSync(contents, { level: 9 });
    await writeFile(new URL(name, dist), packed);
    console.log(`${name}: ${contents.length} bytes, ${packed.length} compressed`);
  }
}
