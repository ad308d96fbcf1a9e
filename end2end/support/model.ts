// A server that speaks like an OpenAI-compatible one and says what a test tells it to.
import { type Server as HttpServer, type ServerResponse, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

interface Message {
  role: string;
  content: string;
}

export interface ModelRequest {
  model: string;
  messages: Message[];
  stream?: boolean;
  response_format?: { type: string };
}

/** What is said to a request: text, or an HTTP status. */
export type Says = (request: ModelRequest) => string | { status: number } | Promise<string | { status: number }>;

export class Model {
  readonly requests: ModelRequest[] = [];
  private says: Says = () => ({ status: 501 });

  private constructor(private readonly http: HttpServer) {}

  static async start(): Promise<Model> {
    const http = createServer();
    const model = new Model(http);
    http.on('request', (request, response) => {
      let body = '';
      request.on('data', (part: Buffer) => (body += part.toString()));
      request.on('end', () => void model.answer(JSON.parse(body) as ModelRequest, response));
    });
    await new Promise<void>((ready) => http.listen(0, '127.0.0.1', ready));
    return model;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.http.address() as AddressInfo).port}/v1`;
  }

  /** The environment of a server that uses it. */
  get environment(): Record<string, string> {
    return { PARLEY_AI_URL: this.url, PARLEY_AI_MODEL: 'scripted-1', PARLEY_AI_KEY: 'sk-test' };
  }

  /** From now on. */
  say(says: Says): void {
    this.says = says;
  }

  stop(): Promise<void> {
    this.http.closeAllConnections();
    return new Promise((done) => this.http.close(() => done()));
  }

  private async answer(request: ModelRequest, response: ServerResponse): Promise<void> {
    this.requests.push(request);
    const said = await this.says(request);
    if (typeof said !== 'string') {
      response.writeHead(said.status).end();
      return;
    }
    const usage = { prompt_tokens: 100, completion_tokens: 50, total_tokens: 150 };
    if (!request.stream) {
      const choices = [{ index: 0, message: { role: 'assistant', content: said }, finish_reason: 'stop' }];
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ model: 'scripted-1', choices, usage }));
      return;
    }
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    const event = (value: unknown) => response.write(`data: ${JSON.stringify(value)}\n\n`);
    for (const piece of said.match(/[\s\S]{1,24}/gu) ?? []) {
      event({ model: 'scripted-1', choices: [{ index: 0, delta: { content: piece }, finish_reason: null }] });
      // Pieces arrive one by one, as from a model that writes.
      await new Promise((next) => setImmediate(next));
    }
    event({ model: 'scripted-1', choices: [{ index: 0, delta: {}, finish_reason: 'stop' }] });
    event({ model: 'scripted-1', choices: [], usage });
    response.end('data: [DONE]\n\n');
  }
}

/** The JSON document that a request carries as data. */
export function documentOf(request: ModelRequest): Record<string, unknown> {
  const text = request.messages.find((message) => message.role === 'user')?.content ?? '';
  return JSON.parse(text.slice(text.indexOf('\n\n') + 2)) as Record<string, unknown>;
}
