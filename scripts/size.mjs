// What a browser downloads, as the binary serves it (brotli), held against a limit; over it, the build fails.
//
// The creators' app comes in parts (`cargo leptos build --split`): the bundle that every page begins with, and the parts of an
// area, which are loaded when one of its pages is first opened. Dialogs may be parts of their own, loaded once their page
// answers. The bundle has its limit; what a first visit to an area loads in all is held to the same figure as an aim (said, not
// failed), and has a limit that keeps it from growing unseen.
import { readFileSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

const CANDIDATE = { dir: 'target/site-candidate/pkg', limit: 150_000 };
const CREATORS = { dir: 'target/site/pkg', limit: 350_000, visit: 700_000 };

const kB = (bytes) => `${(bytes / 1000).toFixed(1).padStart(7)} kB`;
let tooBig = false;

/** Files of a folder by their name without the hash: `parley.1a2b.js` is `parley.js`. */
function shipped(dir) {
  const files = readdirSync(dir).filter((file) => /\.(wasm|js)$/.test(file));
  return new Map(files.map((file) => [file.split('.').filter((_, i, all) => i === 0 || i === all.length - 1).join('.'), join(dir, file)]));
}

function row(name, files, limit, aim = limit) {
  const sum = (suffix) => files.reduce((total, file) => total + statSync(file + suffix).size, 0);
  const brotli = sum('.br');
  const over = brotli >= limit;
  tooBig ||= over;
  console.log(`${name.padEnd(24)}${kB(sum(''))}  ${kB(brotli)}  ${kB(limit)}${over ? '  TOO BIG' : brotli >= aim ? `  over the aim of${kB(aim)}` : ''}`);
}

function needed(files, names) {
  return names.map((name) => files.get(name) ?? missing(name, files));
}

function missing(name, files) {
  throw new Error(`${name} was not built; there are: ${[...files.keys()].join(', ') || 'no files'}`);
}

console.log(`${'first visit to'.padEnd(24)}${'raw'.padStart(10)}${'brotli'.padStart(12)}${'limit'.padStart(12)}`);

const chat = shipped(CANDIDATE.dir);
row("candidate's chat", needed(chat, ['candidate.js', 'candidate.wasm']), CANDIDATE.limit);

const creators = shipped(CREATORS.dir);
const main = needed(creators, ['parley.js', 'parley.wasm', '__wasm_split.js']);
row("creators' bundle", main, CREATORS.limit);
const manifest = readdirSync(CREATORS.dir).find((file) => /^__wasm_split_manifest\..*json$/.test(file));
if (!manifest) throw new Error(`${CREATORS.dir} has no __wasm_split_manifest: it was not built with --split`);
const parts = Object.entries(JSON.parse(readFileSync(join(CREATORS.dir, manifest), 'utf8')));
if (parts.length === 0) throw new Error('The bundle has no parts: was it built with the feature lazy?');
for (const [part, names] of parts.sort()) {
  const page = part.replace(/_\d+$/, '').replaceAll('_', ' ');
  // What a page asks for once it answers is no part of the first visit, and has its own line.
  const before = page.endsWith(' area') ? main : [];
  row(`  ${page}`, [...before, ...needed(creators, names.map((name) => `${name.split('.')[0]}.wasm`))], CREATORS.visit, CREATORS.limit);
}

if (tooBig) {
  console.error('A bundle passed its limit. See what it holds: cargo tree -p parley-frontend --target wasm32-unknown-unknown');
  process.exit(1);
}
