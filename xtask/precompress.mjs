// Writes .br and .gz beside every script, module and style sheet of the bundle, once and at the
// highest quality, so that the server need not compress them for each viewer. The bundle of
// `cargo xtask run` gets a lower quality, which takes a second.
import { readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";

const folder = process.argv[2];
const isQuick = Boolean(process.env.WARREN_QUICK_BUNDLE);
if (!folder) throw new Error("a folder is missing: node xtask/precompress.mjs FOLDER");

for (const name of readdirSync(folder, { recursive: true })) {
  const file = join(folder, name);
  if (/\.(js|wasm|css)$/.test(name)) {
    const bytes = readFileSync(file);
    const params = {
      [constants.BROTLI_PARAM_QUALITY]: isQuick ? 5 : constants.BROTLI_MAX_QUALITY,
      [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length,
    };
    writeFileSync(`${file}.br`, brotliCompressSync(bytes, { params }));
    writeFileSync(`${file}.gz`, gzipSync(bytes, { level: isQuick ? 1 : 9 }));
  } else if (name === "index.html") {
    // Trunk's page is none of ours; the server renders its own.
    rmSync(file);
  }
}
