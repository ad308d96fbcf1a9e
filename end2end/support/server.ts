// Starts the real binary with a data folder of its own, and talks to its command line.
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { appendFileSync, createWriteStream, existsSync, mkdirSync, readdirSync, statSync } from 'node:fs';
import { createServer } from 'node:net';
import { join, resolve } from 'node:path';

const binary = resolve(process.env.PARLEY_BINARY ?? '../target/release/parley');
const START_LIMIT_MS = 20_000;
const STOP_LIMIT_MS = 10_000;

/** Where all servers of one run keep their data and logs; support/run.ts makes it, and searches it for tokens at the end. */
export function runFolder(): string {
  const folder = process.env.PARLEY_E2E_FOLDER;
  if (!folder) throw new Error('PARLEY_E2E_FOLDER is not set: Playwright did not run support/run.ts');
  return folder;
}

/** Every secret of a candidate that a test has seen goes here, one a line, to be searched for at the end. */
export const rememberToken = (token: string) => appendFileSync(join(runFolder(), 'tokens'), `${token}\n`);

export const owner = { name: 'Olga Owner', email: 'olga@example.com', password: 'correct horse battery staple' };

const freePort = () =>
  new Promise<number>((done, failed) => {
    const probe = createServer();
    probe.once('error', failed);
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address();
      probe.close(() => (address && typeof address === 'object' ? done(address.port) : failed(new Error('no port'))));
    });
  });

/** Polls until `ready` answers true; the only waiting there is, and it has a limit. */
export async function until(what: string, limitMs: number, ready: () => Promise<boolean>): Promise<void> {
  const end = Date.now() + limitMs;
  for (;;) {
    if (await ready()) return;
    if (Date.now() > end) throw new Error(`${what}: not within ${limitMs} ms`);
    await new Promise((next) => setTimeout(next, 25));
  }
}

export class Server {
  private child: ChildProcess | undefined;

  private constructor(
    readonly name: string,
    readonly folder: string,
    readonly port: number,
    private readonly settings: Record<string, string>,
  ) {}

  /** A server on an empty data folder; `settings` are more environment variables. */
  static async start(name: string, settings: Record<string, string> = {}): Promise<Server> {
    if (!existsSync(binary)) throw new Error(`${binary} does not exist: make release builds it`);
    const folder = join(runFolder(), name);
    mkdirSync(folder, { recursive: true });
    const server = new Server(name, folder, await freePort(), settings);
    await server.run();
    return server;
  }

  get url() {
    return `http://127.0.0.1:${this.port}`;
  }

  private get env() {
    return {
      PATH: process.env.PATH,
      HOME: this.folder,
      PARLEY_DATA_DIR: join(this.folder, 'data'),
      PARLEY_LISTEN: `127.0.0.1:${this.port}`,
      // All people of all tests share one address; what the limits do is tested where they live.
      ...Object.fromEntries(['LOGINS', 'LOOKUPS', 'STARTS', 'API', 'CANDIDATES'].map((name) => [`PARLEY_LIMIT_${name}`, '1000000'])),
      ...this.settings,
    };
  }

  /** The size of the largest file of its data. */
  largestFileKiB(): number {
    const files = readdirSync(join(this.folder, 'data'), { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
    return Math.ceil(Math.max(...files.map((entry) => statSync(join(entry.parentPath, entry.name)).size)) / 1024);
  }

  /**
   * Starts the process (again, after `stop` or `kill`) and waits until it is ready. With a limit, a file that would grow beyond
   * it cannot be written, as on a full disk.
   */
  async run({ fileLimitKiB }: { fileLimitKiB?: number } = {}): Promise<void> {
    const log = createWriteStream(join(this.folder, 'server.log'), { flags: 'a' });
    const command: [string, string[]] =
      fileLimitKiB === undefined ? [binary, ['serve']] : ['/bin/bash', ['-c', `trap '' XFSZ; ulimit -f ${fileLimitKiB}; exec "$0" serve`, binary]];
    const child = spawn(...command, { cwd: this.folder, env: this.env, stdio: ['ignore', 'pipe', 'pipe'] });
    child.stdout.pipe(log, { end: false });
    child.stderr.pipe(log, { end: false });
    this.child = child;
    await until(`${this.name} ready`, START_LIMIT_MS, async () => {
      if (child.exitCode !== null) throw new Error(`parley serve ended with ${child.exitCode}, see ${this.folder}/server.log`);
      return fetch(`${this.url}/health/ready`).then((answer) => answer.ok, () => false);
    });
  }

  private async end(signal: NodeJS.Signals): Promise<void> {
    const child = this.child;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const gone = new Promise<void>((done) => child.once('exit', () => done()));
    child.kill(signal);
    const limit = setTimeout(() => child.kill('SIGKILL'), STOP_LIMIT_MS);
    await gone;
    clearTimeout(limit);
    if (signal === 'SIGTERM' && child.signalCode === 'SIGKILL') throw new Error(`${this.name} did not stop within ${STOP_LIMIT_MS} ms of SIGTERM`);
  }

  stop = () => this.end('SIGTERM');

  kill = () => this.end('SIGKILL');

  /** Runs `parley ARGS` beside the server and answers what it printed. */
  command(args: string[], input = ''): string {
    return execFileSync(binary, args, { cwd: this.folder, env: this.env, input, encoding: 'utf8', timeout: 30_000 });
  }

  /** The owner of the installation; setup is closed afterwards. */
  addOwner(): void {
    this.command(['user', 'add', '--email', owner.email, '--name', owner.name, '--role', 'owner'], `${owner.password}\n`);
  }

  /** A key for REST: the last line of what the command prints. */
  apiKey(role = 'owner'): string {
    const key = this.command(['api-key', 'create', '--name', 'end2end', '--role', role]).trim().split('\n').at(-1) ?? '';
    if (!key.startsWith('pk_')) throw new Error(`not a key: ${key}`);
    return key;
  }
}
