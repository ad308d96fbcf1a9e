// The candidate's door as a program uses it: form-encoded posts, JSON answers, no browser.
import { randomUUID } from 'node:crypto';

export interface Question {
  id: string;
  kind: 'open' | 'single_choice' | 'multiple_choice' | 'code';
  text: string;
  choices: { id: string; text: string }[];
}

export interface View {
  state: 'not_started' | 'in_progress' | 'completed';
  question: Question | null;
  asked: number;
  total: number;
  seconds_left: number | null;
  lease: number | string | null;
  turns: { number: number; speaker: 'interviewer' | 'candidate'; text: string }[];
}

export interface Reply {
  status: number;
  body: string;
  view: View;
}

export interface Answer {
  client_id: string;
  question: string;
  text: string;
}

export class Door {
  constructor(
    private readonly url: string,
    readonly token: string,
  ) {}

  async post(name: string, fields: Record<string, string>): Promise<Reply> {
    const answer = await fetch(`${this.url}/sfn/candidate/${name}`, {
      method: 'POST',
      headers: { accept: 'application/json', 'content-type': 'application/x-www-form-urlencoded' },
      body: new URLSearchParams({ token: this.token, ...fields }),
      redirect: 'manual',
    });
    const body = await answer.text();
    return {
      status: answer.status,
      body,
      get view(): View {
        return JSON.parse(body) as View;
      },
    };
  }

  start = () => this.post('start', { consent: 'true' });

  answer = (answer: Answer) => this.post('answer', { ...answer });

  finish = () => this.post('finish', {});

  /** An answer to the current question that nobody else would give. */
  static write(view: View): Answer {
    if (!view.question) throw new Error('no question is waiting for an answer');
    const client_id = randomUUID();
    return { client_id, question: view.question.id, text: `I listened to the team and the result was good, see ${client_id}.` };
  }
}
