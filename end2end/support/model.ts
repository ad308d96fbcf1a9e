// A server that speaks like an OpenAI-compatible one and says what a test tells it to, in small pieces where a stream is asked for.
import { type IncomingMessage, type ServerResponse, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What the server is asked. */
export interface Asked {
  messages: { role: string; content: string }[];
  stream?: boolean;
  response_format?: { type: string; json_schema?: { name: string } };
}

/** An answer: a text, a value to be said as JSON, or an HTTP status. `breakAt` ends the connection after so many characters. */
export type Said = { say: unknown; breakAt?: number } | { status: number };

const MODEL = 'scripted-1';
const PIECE = 6;

async function body(request: IncomingMessage): Promise<Asked> {
  let text = '';
  for await (const part of request) text += part;
  return JSON.parse(text) as Asked;
}

export class ScriptedModel {
  readonly asked: Asked[] = [];
  readonly keys: (string | undefined)[] = [];
  /** Between two pieces of a stream. */
  pauseMs = 15;
  private answer: (asked: Asked) => Said = () => ({ status: 501 });
  private readonly server = createServer((request, response) => void this.serve(request, response).catch(() => response.destroy()));

  static async start(): Promise<ScriptedModel> {
    const model = new ScriptedModel();
    await new Promise<void>((done) => model.server.listen(0, '127.0.0.1', done));
    return model;
  }

  get url() {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}/v1`;
  }

  /** From now on every request is answered like this. */
  says(answer: (asked: Asked) => Said): void {
    this.answer = answer;
  }

  stop(): Promise<void> {
    this.server.closeAllConnections();
    return new Promise((done) => this.server.close(() => done()));
  }

  private async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const asked = await body(request);
    this.asked.push(asked);
    this.keys.push(request.headers.authorization);
    const said = this.answer(asked);
    if ('status' in said) {
      response.writeHead(said.status).end();
      return;
    }
    const text = typeof said.say === 'string' ? said.say : JSON.stringify(said.say);
    const usage = { prompt_tokens: 100, completion_tokens: Math.ceil(text.length / 4) };
    if (!asked.stream) {
      const choice = { message: { role: 'assistant', content: text }, finish_reason: 'stop' };
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ model: MODEL, choices: [choice], usage }));
      return;
    }
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    const frame = (value: unknown) => response.write(`data: ${JSON.stringify(value)}\n\n`);
    const end = said.breakAt ?? text.length;
    for (let at = 0; at < end; at += PIECE) {
      frame({ model: MODEL, choices: [{ delta: { content: text.slice(at, Math.min(at + PIECE, end)) } }] });
      await new Promise((next) => setTimeout(next, this.pauseMs));
    }
    if (said.breakAt !== undefined) {
      response.destroy();
      return;
    }
    frame({ model: MODEL, choices: [{ delta: {}, finish_reason: 'stop' }] });
    frame({ model: MODEL, choices: [], usage });
    response.end('data: [DONE]\n\n');
  }
}
