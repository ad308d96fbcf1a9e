// What a browser downloads, as the binary serves it (brotli), held against a limit; over it, the build fails.
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

const bundles = [
  { name: "candidate's chat", entry: 'candidate', dir: 'target/site-candidate/pkg', limit: 150_000 },
  { name: "creators' app", entry: 'parley', dir: 'target/site/pkg', limit: 350_000 },
];

const kB = (bytes) => `${(bytes / 1000).toFixed(1).padStart(7)} kB`;
let tooBig = false;
console.log('bundle                    raw      brotli       limit');
for (const { name, entry, dir, limit } of bundles) {
  const shipped = readdirSync(dir).filter((file) => file.startsWith(`${entry}.`) && /\.(wasm|js)$/.test(file));
  const kinds = shipped.map((file) => file.split('.').pop()).sort().join();
  if (kinds !== 'js,wasm') throw new Error(`${dir} should hold one ${entry}.*.js and one ${entry}.*.wasm, it holds: ${shipped.join(', ') || 'nothing'}`);
  const sum = (suffix) => shipped.reduce((total, file) => total + statSync(join(dir, file + suffix)).size, 0);
  const brotli = sum('.br');
  const verdict = brotli >= limit ? '  TOO BIG' : '';
  console.log(`${name.padEnd(18)}${kB(sum(''))}  ${kB(brotli)}  ${kB(limit)}${verdict}`);
  tooBig ||= brotli >= limit;
}
if (tooBig) {
  console.error('A bundle passed its limit. See what it holds: cargo tree -p parley-frontend --target wasm32-unknown-unknown');
  process.exit(1);
}
