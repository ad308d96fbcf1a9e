// What scripts/ai-smoke.sh runs beside a server with a real model: tests the connection, takes an interview while reading the
// stream, has it analysed, and prints what happened. Fails where something did not go through; what the model says is its own.
const { PARLEY_URL: url, PARLEY_KEY: key } = process.env;

async function rest(method, path, body) {
  const answer = await fetch(`${url}/api/v1${path}`, {
    method,
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    body: body === undefined ? undefined : JSON.stringify(body),
  });
  if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`);
  return answer.json();
}

async function door(name, token, fields) {
  const answer = await fetch(`${url}/sfn/candidate/${name}`, {
    method: 'POST',
    headers: { accept: 'application/json', 'content-type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams({ token, ...fields }),
  });
  if (!answer.ok) throw new Error(`${name}: ${answer.status} ${await answer.text()}`);
  return { view: await answer.json(), cookie: answer.headers.get('set-cookie')?.split(';')[0] };
}

const seconds = (begin) => `${((Date.now() - begin) / 1000).toFixed(1)} s`;

console.log('Connection test');
const test = await rest('POST', '/ai/test');
console.log(`  ok ${test.ok}, structured ${test.structured}, format ${test.format}, ${test.latency_ms} ms: ${test.detail}`);
if (!test.ok) throw new Error('the model did not answer');

console.log('Interview');
const interview = await rest('POST', '/interviews', {
  title: 'Smoke',
  state: 'open',
  criteria: [{ name: 'Communication', weight: 1 }],
  questions: [
    { kind: 'open', text: 'Tell me about a project you are proud of.', expected_points: ['worked with a team', 'measured the result'] },
    { kind: 'open', text: 'How do you handle a disagreement?', expected_points: ['listens first'] },
  ],
  settings: { follow_up_depth: 'moderate' },
});
const ana = await rest('POST', `/interviews/${interview.id}/candidates`, { name: 'Ana' });
const token = ana.invite_url.split('/').at(-1);
let { view, cookie } = await door('start', token, { consent: 'true' });

const stream = await fetch(`${url}/events/session`, { headers: { cookie } });
let replies = 0;
const reading = (async () => {
  const decoder = new TextDecoder();
  for await (const part of stream.body) replies += (decoder.decode(part, { stream: true }).match(/event: reply/g) ?? []).length;
})().catch(() => {});

const answers = ['We rebuilt the ordering page of our shop with a team of four; orders went up by a fifth within a month.', 'I listen first and then we look for what both of us want.'];
for (let n = 0; view.question; n++) {
  const begin = Date.now();
  ({ view } = await door('answer', token, { client_id: `smoke-${n}`, question: view.question.id, text: answers[n % answers.length] }));
  console.log(`  ${seconds(begin)}, ${replies} pieces so far: ${JSON.stringify(view.turns.at(-1).text)}`);
  if (n > 12) throw new Error('the interview does not end');
}
await door('finish', token, {});
const transcript = await rest('GET', `/sessions/${ana.session.id}/transcript`);
const said = transcript.items.filter((turn) => turn.speaker === 'interviewer').slice(1);
console.log(`  ${said.filter((turn) => !turn.scripted).length} of ${said.length} turns were the model's, the others scripted`);

console.log('Analysis');
const path = `/sessions/${ana.session.id}/analysis`;
async function analysed(run) {
  const begin = Date.now();
  let analysis;
  do {
    await new Promise((next) => setTimeout(next, 250));
    analysis = await rest('GET', path);
  } while ((['none', 'queued', 'running'].includes(analysis.state) || analysis.run < run) && Date.now() - begin < 600_000);
  console.log(`  ${analysis.state} after ${seconds(begin)}, engine ${analysis.engine}, model ${analysis.model}, overall ${analysis.overall}`);
  if (!['ready', 'failed'].includes(analysis.state)) throw new Error('the analysis did not come to an end');
  return analysis;
}
const first = await analysed(1);
if (first.state === 'ready') {
  const { quotes } = first.result ?? first;
  if (quotes) console.log(`  ${quotes.found} of ${quotes.given} quotes found in the candidate's turns`);
  const overall = [first.overall];
  for (let again = 0; again < 3; again++) overall.push((await analysed((await rest('POST', `${path}?engine=ai`, {})).run)).overall);
  const scores = overall.filter((score) => score !== null && score !== undefined);
  console.log(scores.length ? `  spread of ${scores.length} overall scores: ${Math.min(...scores)} to ${Math.max(...scores)}` : '  no overall score in any');
}

// The smallest PDF that holds a resume.
function pdf(lines) {
  const text = lines.map((line, n) => `BT /F1 ${n ? 11 : 18} Tf 60 ${760 - n * 22} Td (${line}) Tj ET`).join('\n');
  const objects = [
    '<< /Type /Catalog /Pages 2 0 R >>',
    '<< /Type /Pages /Kids [3 0 R] /Count 1 >>',
    '<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>',
    `<< /Length ${text.length} >>\nstream\n${text}\nendstream`,
    '<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>',
  ];
  let file = '%PDF-1.4\n';
  const places = objects.map((object, n) => {
    const place = file.length;
    file += `${n + 1} 0 obj\n${object}\nendobj\n`;
    return place;
  });
  const start = file.length;
  file += `xref\n0 6\n0000000000 65535 f \n${places.map((place) => `${String(place).padStart(10, '0')} 00000 n \n`).join('')}`;
  return `${file}trailer\n<< /Size 6 /Root 1 0 R >>\nstartxref\n${start}\n%%EOF\n`;
}

console.log('Extraction');
const form = new FormData();
const resume = ['Ana Lima', 'ana.lima@example.com  +351 912 345 678', 'Experience', 'Barista, Corner Coffee, 2021 - 2024', 'Education', 'BSc Biology, University of Porto, 2020'];
form.append('file', new Blob([pdf(resume)], { type: 'application/pdf' }), 'ana.pdf');
const read = Date.now();
const extracted = await fetch(`${url}/api/v1/resumes/extract`, { method: 'POST', headers: { authorization: `Bearer ${key}` }, body: form });
if (!extracted.ok) throw new Error(`extraction: ${extracted.status} ${await extracted.text()}`);
console.log(`  ${seconds(read)}: ${JSON.stringify(await extracted.json())}`);

console.log('Use');
const used = await rest('GET', '/ai/usage');
for (const item of used.items) {
  console.log(`  ${item.purpose} ${item.model}: ${item.calls} calls, ${item.failed} failed, ${item.input_tokens} tokens read, ${item.output_tokens} written, mean ${item.mean_ms} ms`);
}
if (!used.items.some((item) => item.purpose === 'interview')) throw new Error('the model was not asked for the interview');
process.exit(0);
