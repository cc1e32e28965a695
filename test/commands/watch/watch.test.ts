import { spawn } from 'node:child_process'
import { EventEmitter, once } from 'node:events'
import fs from 'node:fs'
import path from 'node:path'
import { createInterface } from 'node:readline'
import t from 'tap'
import { type Round, startRounds } from '../../../src/commands/watch/rounds.ts'
import { watchCommand } from '../../../src/commands/watch/watch.ts'
import type { Clock } from '../../../src/system/clock.ts'
import { TYPESCRIPT } from '../../typescript.ts'

/** Rounds that last until the test ends them, and pauses that last until the test ends them. */
function drive() {
  const ran: Round[] = []
  const slept: number[] = []
  const interrupt = new AbortController()
  const doors = new EventEmitter()
  let running = 0
  const clock: Clock = {
    now: () => 0,
    monotonic: () => 0,
    sleep: (ms, signal) =>
      new Promise((resolve, reject) => {
        slept.push(ms)
        doors.once('time', resolve)
        signal?.addEventListener('abort', () => reject(signal.reason), { once: true })
      }),
  }
  const run = async (round: Round): Promise<number | undefined> => {
    running++
    if (running > 1) throw new Error('two rounds at once')
    ran.push(round)
    const [pause] = await once(doors, 'end')
    running--
    return pause
  }
  const settled = () => new Promise(setImmediate)
  return {
    ran,
    slept,
    rounds: startRounds(run, { clock, signal: interrupt.signal }),
    interrupt: () => interrupt.abort(),
    end: async (pause?: number) => {
      doors.emit('end', pause)
      await settled()
    },
    time: async () => {
      doors.emit('time')
      await settled()
    },
    settled,
  }
}

t.test('changes during a round cause one more round, with all their files', async (t) => {
  const { ran, rounds, end, interrupt, settled } = drive()
  t.same(ran, [{ why: 'first', files: [] }])
  rounds.changed(['specs/b.yaml'])
  rounds.changed(['specs/a.yaml', 'specs/b.yaml'])
  await settled()
  t.equal(ran.length, 1, 'not while one runs')
  await end()
  t.same(ran.slice(1), [{ why: 'change', files: ['specs/a.yaml', 'specs/b.yaml'] }])
  await end()
  t.equal(ran.length, 2, 'and no further one')
  rounds.changed(['specs/c.yaml'])
  await settled()
  t.same(ran.slice(2), [{ why: 'change', files: ['specs/c.yaml'] }])
  interrupt()
  await end()
  await rounds.ended
})

t.test('a round runs again after its pause; a change ends the pause', async (t) => {
  const { ran, rounds, end, time, slept, interrupt, settled } = drive()
  await end(200)
  t.same(slept, [200])
  await time()
  t.same(ran.slice(1), [{ why: 'refresh', files: [] }])
  await end(300)
  rounds.changed(['specs/a.yaml'])
  await settled()
  t.equal(ran.at(-1)?.why, 'change')
  await end()
  t.same(slept, [200, 300], 'nothing to look at: no pause, only a wait')
  interrupt()
  await rounds.ended
})

t.test('an interrupt waits for the current round and drops the next one', async (t) => {
  const { ran, rounds, end, interrupt, settled } = drive()
  let ended = false
  void rounds.ended.then(() => {
    ended = true
  })
  rounds.changed(['specs/a.yaml'])
  interrupt()
  await settled()
  t.notOk(ended)
  await end(100)
  t.ok(ended)
  t.equal(ran.length, 1)
})

const spec = (operation: string, name = 'kiosk-restart') => `apiVersion: jobwright/v1
kind: IotJob
metadata:
  name: ${name}
spec:
  targets: ['arn:aws:iot:eu-west-1:123456789012:thing/kiosk-0117']
  targetSelection: CONTINUOUS
  document: '{ "operation": "${operation}" }'
`

type Line = { type: string; [more: string]: unknown }

/** The lines of a watch as they come; `until` resolves to all since the last call, up to the first that fits. */
function lineReader() {
  const lines: Line[] = []
  const news = new EventEmitter()
  return {
    push: (text: string) => {
      lines.push(JSON.parse(text) as Line)
      news.emit('line')
    },
    until: async (fits: (line: Line) => boolean): Promise<Line[]> => {
      for (;;) {
        const at = lines.findIndex(fits)
        if (at >= 0) return lines.splice(0, at + 1)
        await once(news, 'line')
      }
    },
  }
}
const isSummary = (line: Line) => line.type === 'summary'
const of = (lines: readonly Line[], type: string) => lines.filter((line) => line.type === type)

/** A watch in this process, of a folder on the emulator. */
function watchHere(t: { teardown(end: () => unknown): void }, root: string, options: { apply?: boolean } = {}) {
  const interrupt = new AbortController()
  const reader = lineReader()
  let people = ''
  const host = {
    cwd: root,
    env: {},
    stdout: { write: (text: string) => reader.push(text) },
    stderr: {
      write: (text: string) => {
        people += text
      },
    },
    signal: interrupt.signal,
  }
  const ended = watchCommand({ output: 'json', emulator: true, ...options }, host)
  const end = async () => {
    interrupt.abort()
    return ended
  }
  t.teardown(end)
  return { ...reader, end, people: () => people }
}

t.test('without --apply it shows diagnostics and plans, creates nothing and writes no state', async (t) => {
  const root = t.testdir({ specs: { 'kiosks.yaml': spec('restart') } })
  const file = path.join(root, 'specs/kiosks.yaml')
  const { until, end } = watchHere(t, root)
  t.match(of(await until(isSummary), 'planned'), [{ action: 'create' }])
  fs.writeFileSync(file, spec('restart').replace('CONTINUOUS', 'CONTINOUS'))
  const bad = await until(isSummary)
  t.match(bad, [{ code: 'SPEC_ENUM', line: 7 }, { action: 'blocked' }, { exitCode: 3 }])
  fs.rmSync(path.join(root, 'specs'), { recursive: true })
  t.match(await until(isSummary), [{ code: 'SPEC_NO_FILES' }, { exitCode: 0 }])
  fs.mkdirSync(path.join(root, 'specs'))
  fs.writeFileSync(file, spec('restart'))
  t.match(await until(isSummary), [{ action: 'create' }, { exitCode: 0 }])
  t.equal(await end(), 0, 'nothing was cut short')
  t.notOk(fs.existsSync(path.join(root, '.jobwright/emulator/jobs.state.json')))
})

t.test('a bad jobwright.yaml is reported and the watch continues; included files are watched', async (t) => {
  const included = spec('restart').replace(/document: .*/, 'document: { $file: ../documents/restart.json }')
  const root = t.testdir({
    'jobwright.yaml': 'specs: [night\n',
    night: { 'kiosks.yaml': included },
    documents: { 'restart.json': '{}' },
  })
  const { until, end, people } = watchHere(t, root)
  t.match(await until(isSummary), [{ code: /^CONFIG_/ }, { exitCode: 4 }])
  fs.writeFileSync(path.join(root, 'jobwright.yaml'), 'specs: [night]\n')
  t.match(await until(isSummary), [{ action: 'create' }, { exitCode: 0 }])
  fs.rmSync(path.join(root, 'documents/restart.json'))
  t.match(await until(isSummary), [
    { code: /^SPEC_/, file: 'night/kiosks.yaml' },
    { action: 'blocked' },
    { exitCode: 3 },
  ])
  fs.writeFileSync(path.join(root, 'documents/restart.json'), '{}')
  t.match(await until(isSummary), [{ action: 'create' }, { exitCode: 0 }])
  t.equal(await end(), 0)
  t.match(people(), /changed: documents\/restart\.json/)
})

t.test('with --apply a saved spec becomes a job, an edit becomes a conflict, and Ctrl-C ends the watch', async (t) => {
  const root = t.testdir({})
  const cli = path.resolve('src/cli.ts')
  const child = spawn(
    process.execPath,
    [`--import=${TYPESCRIPT}`, cli, 'watch', '--apply', '--emulator', '--output', 'json'],
    {
      cwd: root,
      env: { ...process.env, NODE_OPTIONS: '', CI: '1' },
    },
  )
  t.teardown(() => child.kill('SIGKILL'))
  const { push, until } = lineReader()
  createInterface({ input: child.stdout }).on('line', push)
  let people = ''
  child.stderr.on('data', (chunk) => {
    people += chunk
  })
  await until(isSummary)
  fs.mkdirSync(path.join(root, 'specs'))
  fs.writeFileSync(path.join(root, 'specs/kiosks.yaml'), spec('restart'))
  const created = await until((line) => line['step'] === 'created')
  t.match(of(created, 'planned'), [{ address: 'IotJob/kiosk-restart', action: 'create' }])
  await until((line) => line['reason'] === 'RolledOut')
  fs.writeFileSync(path.join(root, 'specs/kiosks.yaml'), spec('format'))
  const edited = await until((line) => line.type === 'summary' && line['exitCode'] === 6)
  t.match(of(edited, 'planned').at(-1), { action: 'conflict', changes: [{ pointer: '/document' }] })
  t.match(of(edited, 'diagnostic'), [{ code: 'PLAN_IMMUTABLE', file: 'specs/kiosks.yaml' }])
  child.kill('SIGINT')
  const [[code], last] = await Promise.all([once(child, 'exit'), until(isSummary)])
  // A busy machine may tell of the save twice: where the signal meets the second look, that is the run which it cuts short.
  t.match(last.at(-1), { type: 'summary', exitCode: code }, people)
  t.match(people, code === 130 ? /interrupted; the state is safe/ : /the watch has ended/)
  t.ok(code === 0 || code === 130)
  t.notMatch(people, /bug in Jobwright/)
})
