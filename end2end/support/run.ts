// Before the first test: a folder for the whole run. After the last: no invite token may stand in any file that the servers
// wrote there, data or log.
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export default function setup(): () => void {
  const folder = mkdtempSync(join(tmpdir(), 'parley-e2e-'));
  process.env.PARLEY_E2E_FOLDER = folder; // inherited by the workers
  return () => noTokenIn(folder);
}

function noTokenIn(folder: string): void {
  const list = join(folder, 'tokens');
  const tokens = existsSync(list) ? [...new Set(readFileSync(list, 'utf8').trim().split('\n'))] : [];
  const files = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name !== 'tokens')
    .map((entry) => join(entry.parentPath, entry.name));
  const leaks = files.flatMap((file) => {
    const content = readFileSync(file);
    return tokens.filter((token) => content.includes(token)).map((token) => `${token.slice(0, 6)}… in ${file}`);
  });
  if (leaks.length) throw new Error(`Invite tokens on disk:\n${leaks.join('\n')}`);
  console.log(`No token of ${tokens.length} stands in any of the ${files.length} files that the servers wrote.`);
  if (!process.env.PARLEY_E2E_KEEP) rmSync(folder, { recursive: true, force: true });
}
