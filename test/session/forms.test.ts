import fs from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import t, { type Test } from 'tap'
import { reconcileCommand } from '../../src/commands/reconcile/reconcile.ts'
import { isObject } from '../../src/model/json.ts'
import type { State } from '../../src/model/state.ts'
import { parseState, serialiseState } from '../../src/state/format.ts'
import { parseJournal } from '../../src/state/journal-lines.ts'
import { said } from '../commands/explain/pages.ts'
import { openWorld, type World } from '../emulator/setup.ts'

/*
 * An early version 0.1 wrote fixtures/v0.1: states, a journal, emulator folders, and what it printed about them as JSON lines. Later
 * versions go on from there and print the same. The fixtures never change; what a later version adds is named below.
 */

const FIXTURES = fileURLToPath(new URL('../fixtures/v0.1/', import.meta.url))
const STATE = '.jobwright/emulator/jobs.state.json'

type Line = { readonly type: string; readonly [member: string]: unknown }

/** Members of lines that came later, by type. */
const ADDED: Readonly<Record<string, readonly string[]>> = {
  summary: ['needsAttention'],
  diagnostic: ['finding'],
  planned: 'file line target account region consoleUrl run id goodUntil members elements request'.split(' '),
}
/** Members of records that came later; the first run that reads a job adds them. */
const ADDED_TO_RECORDS: readonly string[] = ['identity']

/**
 * Members that may change, by type of line: words, times that follow from how long a version waits, and the place of an
 * edit, which is now its element. They keep their type.
 */
const FREE: Readonly<Record<string, readonly string[]>> = {
  diagnostic: ['message', 'hint', 'column', 'endColumn', 'pointer'],
  planned: ['reason', 'until'],
  job: ['message'],
  summary: ['nextAt'],
}

/** Codes of what version 0.1 was silent about. */
const SILENT: readonly unknown[] = ['ATTENTION_BACKLOG', 'PLAN_EXPIRED', 'PLAN_FAILED']

/** Version 0.1 reported a failed job in one run; by now it keeps its exit code. */
function withoutFailures(line: Line): Line {
  const { outcomes, exitCode } = line
  if (line.type !== 'summary' || !Array.isArray(outcomes)) return line
  const rest = outcomes.filter((code) => code !== 10)
  return { ...line, outcomes: rest, exitCode: exitCode === 10 ? (rest[0] ?? 0) : exitCode }
}

/** The plan of version 0.1 failed for all that needs a person; by now it fails for what the change causes. */
function asFailure(line: Line): Line {
  const { outcomes, code } = line
  if (code === 'PLAN_UNRESOLVED') return { ...line, severity: 'error' }
  if (line.type !== 'summary' || !Array.isArray(outcomes)) return line
  return { ...line, exitCode: outcomes.find((one) => one !== 9) ?? 0 }
}

/** A folder as version 0.1 left it. */
function folder(t: Test, name: string): string {
  const root = t.testdir({})
  const from = path.join(FIXTURES, name)
  fs.cpSync(from, root, { recursive: true })
  if (fs.existsSync(path.join(root, 'emulator'))) {
    fs.mkdirSync(path.join(root, '.jobwright'))
    fs.renameSync(path.join(root, 'emulator'), path.join(root, '.jobwright/emulator'))
  }
  return root
}

/** Its emulator, whose time stands still. */
function worldOf(t: Test, root: string): Promise<World> {
  return openWorld(t, { dir: path.join(root, '.jobwright/emulator/aws') })
}

function stateIn(root: string): State {
  return JSON.parse(fs.readFileSync(path.join(root, STATE), 'utf8')) as State
}

/** A command prints what version 0.1 printed there. */
async function printsTheSame(t: Test, root: string, name: string, command: string): Promise<void> {
  const before = linesOf(fs.readFileSync(path.join(root, 'said', `${name}.jsonl`), 'utf8'))
  const all = linesOf(await said(`jobwright ${command} --output json 2>/dev/null`, root))
  const now = all
    .filter((line) => !SILENT.includes(line['code']))
    .map(withoutFailures)
    .map((line) => (command.startsWith('plan') ? asFailure(line) : line))
  const jobs = new Set(before.map((line) => JSON.stringify(comparable(line))))
  // A run also shows the jobs to whose records it added something.
  const isExtra = (line: Line): boolean => line.type === 'job' && !jobs.has(JSON.stringify(comparable(line)))
  t.strictSame(now.filter((line) => !isExtra(line)).map(comparable), before.map(comparable), command)
}

/** Records as version 0.1 would have written them. */
function recordsOf({ records }: State, without: readonly string[] = []): [string, object][] {
  return Object.entries(records)
    .filter(([address]) => !without.includes(address))
    .map(([address, record]) => {
      const members = Object.entries(record).filter(([name]) => !ADDED_TO_RECORDS.includes(name))
      return [address, Object.fromEntries(members)]
    })
}

function linesOf(text: string): Line[] {
  return text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Line)
}

function comparable(line: Line): Record<string, unknown> {
  const members = Object.entries(line).filter(([name]) => !ADDED[line.type]?.includes(name))
  return Object.fromEntries(
    members.map(([name, value]) => [name, FREE[line.type]?.includes(name) ? `a ${typeof value}` : value]),
  )
}

t.test('records of every kind and stage are read, and the run continues from them', async (t) => {
  const root = folder(t, 'stages')
  fs.copyFileSync(path.join(root, STATE), path.join(root, 'jobs.state.json'))
  await printsTheSame(t, root, 'plan-offline', 'plan --offline')
  const world = await worldOf(t, root)
  const made = (await world.jobs()).length
  await printsTheSame(t, root, 'plan', 'plan --emulator')
  await printsTheSame(t, root, 'status', 'status --emulator')
  for (const address of [
    'IotJob/kiosk',
    'IotJob/door',
    'IotJob/legacy',
    'PinpointExportJob/lost',
    'ImportExportJob/shipped',
  ])
    await printsTheSame(t, root, `status-${address.replace('/', '-')}`, `status ${address} --emulator`)

  const lamp = fs.readFileSync(path.join(root, 'specs/lamp.yaml'))
  fs.copyFileSync(path.join(root, 'edited/lamp.yaml'), path.join(root, 'specs/lamp.yaml'))
  await printsTheSame(t, root, 'conflict', 'plan --emulator')
  fs.writeFileSync(path.join(root, 'specs/lamp.yaml'), lamp)

  const before = stateIn(root)
  await printsTheSame(t, root, 'reconcile', 'reconcile --emulator')
  const after = stateIn(root)
  t.equal((await world.jobs()).length, made, 'nothing is made again')
  t.strictSame(recordsOf(after, MOVES), recordsOf(before, MOVES), 'records of jobs that did not move stay as they are')
  t.match(after.records['DataExchangeJob/unstarted'], { stage: 'started' })
  t.strictSame(after.records['PinpointExportJob/lost']?.intent, before.records['PinpointExportJob/lost']?.intent)
})

/** What the next run has something to do about. */
const MOVES = ['DataExchangeJob/unstarted', 'PinpointExportJob/lost']

t.test('the journal of a killed run is read, and its jobs are created once', async (t) => {
  const root = folder(t, 'killed')
  const first = await openWorld(t, { dir: path.join(root, '.jobwright/emulator/aws') })
  await printsTheSame(t, root, 'status', 'status --emulator')
  await first.close()
  t.equal(await settle(root), 0)
  const world = await worldOf(t, root)
  const jobs = await world.jobs()
  const { records } = stateIn(root)
  t.equal(Object.keys(records).length, 8)
  for (const [address, record] of Object.entries(records)) {
    t.match(record, { run: 1, stage: 'started', id: String })
    t.equal(jobs.filter(({ id }) => id === record.id).length, 1, address)
  }
  const begun = jobs.filter(({ service, startedAt }) => service !== 'dataexchange' || startedAt)
  t.equal(begun.length, 8, 'and no other job runs')
  t.match(linesOf(await said('jobwright plan --emulator --output json 2>/dev/null', root)).at(-1), {
    type: 'summary',
    counts: { keep: 8 },
  })
})

/** A run that waits until every outcome is known; gives its exit code. */
function settle(root: string): Promise<number> {
  const stream = { write: () => true }
  return reconcileCommand(
    { output: 'json', emulator: true, settleMs: 7_200_000 },
    { cwd: root, env: {}, stdout: stream, stderr: stream, signal: new AbortController().signal },
  )
}

t.test('if there is nothing to do, the state stays the same, byte for byte', async (t) => {
  const root = folder(t, 'examples')
  const world = await worldOf(t, root)
  for (const command of ['plan', 'status']) await printsTheSame(t, root, command, `${command} --emulator`)
  const first = recordsOf(stateIn(root))
  await printsTheSame(t, root, 'reconcile', 'reconcile --emulator')
  t.strictSame(recordsOf(stateIn(root)), first)
  const before = fs.readFileSync(path.join(root, STATE), 'utf8')
  for (const command of ['plan', 'status', 'reconcile']) await printsTheSame(t, root, command, `${command} --emulator`)
  t.equal((await world.jobs()).length, 10)
  t.equal(fs.readFileSync(path.join(root, STATE), 'utf8'), before)
})

t.test('an unknown create still needs a person', async (t) => {
  const root = folder(t, 'unresolved')
  const world = await worldOf(t, root)
  // A version may wait longer until it asks.
  await world.advance(60)
  await printsTheSame(t, root, 'plan', 'plan --emulator')
  await printsTheSame(t, root, 'reconcile', 'reconcile --emulator')
  t.equal((await world.jobs()).length, 2)
})

t.test('problems in specs and in jobwright.yaml have the same codes and places', async (t) => {
  const root = folder(t, 'invalid')
  await printsTheSame(t, root, 'validate-specs', 'validate')
  fs.writeFileSync(path.join(root, 'jobwright.yaml'), 'specs: [specs]\nlimts: {}\n')
  await printsTheSame(t, root, 'validate', 'validate')
})

t.test('each state and journal is read in full, and each state is written back byte for byte', async (t) => {
  for (const name of ['stages', 'killed', 'examples', 'unresolved']) {
    const file = path.join(FIXTURES, name, 'emulator/jobs.state.json')
    const text = fs.readFileSync(file, 'utf8')
    const parsed = parseState(text)
    t.ok('state' in parsed && serialiseState(parsed.state) === text, name)
    const journal = parseJournal(fs.readFileSync(`${file}.journal`, 'utf8'), file)
    t.ok(isObject(journal) && !('problem' in journal), `${name}: its journal`)
  }
})
