// The REST door, for what a test needs to exist before it starts looking at screens.
import { rememberToken } from './server.ts';

export interface Interview {
  id: string;
  title: string;
  state: string;
  revision: number;
  questions: { id: string; kind: string; text: string; choices: { id: string; text: string }[] }[];
}

export interface Candidate {
  id: string;
  name: string;
  invite_url: string;
  session: Session;
}

export interface Session {
  id: string;
  attempt: number;
  status: 'not_started' | 'in_progress' | 'completed';
  end_reason: string | null;
  analysis_state: string | null;
  score: number | null;
}

export class Api {
  constructor(
    readonly url: string,
    private readonly key: string,
  ) {}

  async send<T>(method: string, path: string, body?: unknown): Promise<T> {
    const answer = await fetch(`${this.url}/api/v1${path}`, {
      method,
      headers: { authorization: `Bearer ${this.key}`, ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
      body: body === undefined ? null : JSON.stringify(body),
    });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text}`);
    return (text ? JSON.parse(text) : undefined) as T;
  }

  get = <T>(path: string) => this.send<T>('GET', path);

  /** An open interview with two open questions and a choice; `more` overrides any field. */
  interview(title: string, more: Record<string, unknown> = {}): Promise<Interview> {
    return this.send<Interview>('POST', '/interviews', {
      title,
      welcome: 'Good to have you here. Take your time.',
      state: 'open',
      questions: [
        { kind: 'open', text: 'Tell me about a project you are proud of.', expected_points: ['team', 'result'] },
        { kind: 'single_choice', text: 'Which shift suits you?', choices: [{ text: 'Morning' }, { text: 'Evening' }] },
        { kind: 'open', text: 'How do you handle a disagreement?', expected_points: ['listen'] },
      ],
      settings: { follow_up_depth: 'light' },
      ...more,
    });
  }

  async candidate(interview: string, person: Record<string, unknown>): Promise<Candidate> {
    const made = await this.send<Candidate>('POST', `/interviews/${interview}/candidates`, person);
    rememberToken(tokenOf(made.invite_url));
    return made;
  }

  session = (id: string) => this.get<Session>(`/sessions/${id}`);
}

/** The token is the last part of an invite link. */
export function tokenOf(inviteUrl: string): string {
  const token = new URL(inviteUrl).pathname.split('/').at(-1);
  if (!token) throw new Error(`no token in ${inviteUrl}`);
  return token;
}
