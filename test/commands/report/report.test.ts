import { spawn } from 'node:child_process'
import { once } from 'node:events'
import fs from 'node:fs'
import http from 'node:http'
import path from 'node:path'
import t from 'tap'
import { CLI, cli, folder, repository } from '../../e2e/process.ts'
import { aws, doc } from '../../e2e/world.ts'

const read = (root: string, file = 'report.html'): string => fs.readFileSync(path.join(root, file), 'utf8')
const FILES = { 'jobwright.yaml': 'specs: [specs]\n', 'specs/a.yaml': doc('IotJob', 'a', { labels: { team: 'x' } }) }

t.test('report plans, writes one file, and prints its lines with --output json', async (t) => {
  const root = folder(t, FILES)
  await cli(['reconcile', '--emulator'], { cwd: root })
  const ran = await cli(['report', '--emulator', '--output', 'json'], { cwd: root })
  t.equal(ran.code, 0, ran.stderr)
  const [first, ...lines] = ran.lines
  t.match(first, { type: 'report', verb: 'report', emulator: true, serial: Number })
  t.match(
    lines.find(({ type }) => type === 'job'),
    {
      address: 'IotJob/a',
      labels: { team: 'x' },
      file: 'specs/a.yaml',
      line: 1,
      times: { stored: /^2026/, sent: /^2026/, answered: /^2026/, settled: /^2026/ },
      request: { document: Object },
      ways: [{ command: 'jobwright cancel IotJob/a --emulator' }, {}, {}],
    },
  )
  t.match(
    lines.find(({ type, name }) => type === 'guard' && name === 'maxCreates'),
    { planned: 0, before: 0, max: 50 },
  )
  t.match(
    lines.find(({ type, name }) => type === 'lane' && String(name).endsWith('/iot')),
    { perSecond: 10, throttled: 0, waiting: 0 },
  )
  t.match(lines.at(-1), { type: 'summary', exitCode: 0, counts: { InProgress: 1 } })
  t.match(read(root), /^<!doctype html>/)
  t.equal(fs.statSync(path.join(root, 'report.html')).mode & 0o777, 0o600)
})

t.test('report replaces a report and nothing else', async (t) => {
  const root = folder(t, FILES)
  for (let time = 1; time <= 2; time++)
    t.equal((await cli(['report', '--emulator', '--out', 'out.html'], { cwd: root })).code, 0)
  const before = read(root, 'specs/a.yaml')
  const ran = await cli(['report', '--emulator', '--out', 'specs/a.yaml'], { cwd: root })
  t.equal(ran.code, 1)
  t.match(ran.stdout, /specs\/a\.yaml exists and is no report of Jobwright/)
  t.equal(read(root, 'specs/a.yaml'), before)
  t.equal((await cli(['report', '--emulator', '--out', ''], { cwd: root })).code, 1)
  t.equal((await cli(['report', '--emulator', '--out', 'missing/r.html'], { cwd: root })).code, 4)
})

t.test('without AWS, report shows the stored state, and fails unless that was asked for', async (t) => {
  const world = await aws(t)
  const root = await repository(t, FILES)
  t.equal((await cli(['reconcile'], { cwd: root, env: world.env })).code, 0)
  const offline = await cli(['report', '--offline', '-o', 'json'], { cwd: root })
  t.equal(offline.code, 0, offline.stderr)
  t.match(offline.lines[0], { type: 'report', offline: true })
  t.match(
    offline.lines.find(({ type }) => type === 'job'),
    { address: 'IotJob/a', id: 'a' },
  )
  const away = { ...world.env, AWS_ENDPOINT_URL: 'http://127.0.0.1:1' }
  const failed = await cli(['report', '-o', 'json'], { cwd: root, env: away })
  t.not(failed.code, 0)
  t.match(failed.lines.at(-1), { type: 'summary', exitCode: failed.code })
  t.match(
    failed.lines.filter(({ type }) => type === 'job'),
    [{ address: 'IotJob/a' }],
    'the jobs are there nevertheless',
  )
  t.ok(failed.lines.some(({ type, severity }) => type === 'diagnostic' && severity === 'error'))
  t.ok(read(root).length > 10_000)
})

t.test('reconcile --report writes the page at its end, even if the run failed', async (t) => {
  const root = folder(t, FILES)
  const ran = await cli(['reconcile', '--emulator', '--report', 'run.html', '-o', 'json'], { cwd: root })
  t.equal(ran.code, 0, ran.stderr)
  t.equal(ran.lines.filter(({ type }) => type === 'summary').length, 1)
  t.match(read(root, 'run.html'), /^<!doctype html>/)
  const unwritable = await cli(['reconcile', '--emulator', '--report', 'no/run.html', '-o', 'json'], { cwd: root })
  t.equal(unwritable.code, 4)
  t.match(unwritable.lines.at(-1), { type: 'summary', exitCode: 4 })
  t.ok(unwritable.lines.some(({ code }) => code === 'FILE_WRITE'))
  fs.writeFileSync(path.join(root, 'jobwright.yaml'), 'specs: 7\n')
  fs.rmSync(path.join(root, 'run.html'))
  t.equal((await cli(['reconcile', '--emulator', '--report', 'run.html'], { cwd: root })).code, 4)
  t.match(read(root, 'run.html'), /^<!doctype html>/, 'even if there was nothing to run')
})

t.test('the page of a watch is for this machine and the token alone, and only reads', async (t) => {
  const root = folder(t, FILES)
  const child = spawn(process.execPath, [CLI, 'watch', '--ui', '--offline', '--emulator'], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  t.teardown(() => child.kill('SIGKILL'))
  let text = ''
  while (!/Plan: /.test(text)) text += String(((await once(child.stdout, 'data')) as [Buffer])[0])
  const url = new URL(/the page is at (\S+)/.exec(text)![1]!)
  t.equal(url.hostname, '127.0.0.1')
  const ask = (given: { path?: string; method?: string; headers?: http.OutgoingHttpHeaders } = {}) =>
    new Promise<http.IncomingMessage>((resolve, reject) => {
      const { path: asked = url.pathname, ...rest } = given
      http
        .request({ host: url.hostname, port: url.port, path: asked, ...rest }, (answer) => {
          answer.destroy()
          resolve(answer)
        })
        .on('error', reject)
        .end()
    })
  const page = await ask()
  t.equal(page.statusCode, 200)
  t.match(page.headers, {
    'content-security-policy': /^default-src 'none'; .*connect-src 'self'.*frame-ancestors 'none'$/,
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'no-referrer',
  })
  t.equal((await ask({ path: `${url.pathname}events?version=1` })).headers['content-type'], 'text/event-stream')
  for (const [what, status, given] of [
    ['no token', 404, { path: '/' }],
    ['another token', 404, { path: `${url.pathname.replace(/.\/$/, '')}~/` }],
    ['another file', 404, { path: `${url.pathname}../../etc/passwd` }],
    ['another host', 403, { headers: { host: `rebound.example:${url.port}` } }],
    ['another port', 403, { headers: { host: '127.0.0.1:1' } }],
    ['another origin', 403, { headers: { origin: 'https://evil.example' } }],
    ['another site', 403, { headers: { 'sec-fetch-site': 'cross-site' } }],
    ['a post', 405, { method: 'POST' }],
    ['a delete', 405, { method: 'DELETE' }],
  ] as const)
    t.equal((await ask(given)).statusCode, status, what)
  const taken = await cli(['watch', '--ui', '--offline', '--emulator', '--port', url.port], { cwd: root })
  t.equal(taken.code, 1)
  t.match(taken.stdout, new RegExp(`cannot be served on port ${url.port}`))
  t.equal((await cli(['watch', '--port', '4000', '--offline', '--emulator'], { cwd: root })).code, 1)
  child.kill('SIGINT')
  await once(child, 'close')
})
