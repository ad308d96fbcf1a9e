// What a browser downloads, as the binary serves it (brotli). `aim` is where each bundle should be; `limit` is a ratchet: it
// stands just above what the bundle weighs today, only ever moves down, and fails the build.
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

const bundles = [
  { name: "candidate's chat", entry: 'candidate', dir: 'target/site-candidate/pkg', aim: 150_000, limit: 150_000 },
  { name: "creators' app", entry: 'parley', dir: 'target/site/pkg', aim: 350_000, limit: 650_000 },
];

const kB = (bytes) => `${(bytes / 1000).toFixed(1).padStart(7)} kB`;
let tooBig = false;
console.log('bundle                    raw      brotli         aim       limit');
for (const { name, entry, dir, aim, limit } of bundles) {
  const shipped = readdirSync(dir).filter((file) => file.startsWith(`${entry}.`) && /\.(wasm|js)$/.test(file));
  const kinds = shipped.map((file) => file.split('.').pop()).sort().join();
  if (kinds !== 'js,wasm') throw new Error(`${dir} should hold one ${entry}.*.js and one ${entry}.*.wasm, it holds: ${shipped.join(', ') || 'nothing'}`);
  const sum = (suffix) => shipped.reduce((total, file) => total + statSync(join(dir, file + suffix)).size, 0);
  const brotli = sum('.br');
  const verdict = brotli >= limit ? '  TOO BIG' : brotli >= aim ? '  over the aim' : '';
  console.log(`${name.padEnd(18)}${kB(sum(''))}  ${kB(brotli)}  ${kB(aim)}  ${kB(limit)}${verdict}`);
  tooBig ||= brotli >= limit;
}
if (tooBig) {
  console.error('A bundle passed its limit. See what it holds: cargo tree -p parley-frontend --target wasm32-unknown-unknown');
  process.exit(1);
}
