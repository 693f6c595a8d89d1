// Bundles the playground into dist/. With --check it builds anew and compares, and writes nothing.
import { build } from "esbuild";
import { mkdir, readFile, readdir, rm, writeFile } from "node:fs/promises";
import { gunzipSync, gzipSync } from "node:zlib";

const dist = new URL("dist/", import.meta.url);
const sources = { app: "src/app.jsx" };

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
  define: { "process.env.NODE_ENV": '"production"' },
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
