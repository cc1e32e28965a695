import fs from 'node:fs'
import path from 'node:path'
import { setImmediate } from 'node:timers/promises'
import t from 'tap'
import { type PlanOptions, planInSession } from '../../src/commands/plan/plan.ts'
import { MODELS } from '../../src/kinds/index.ts'
import { readCheckout } from '../../src/load/checkout.ts'
import { type Loaded, load } from '../../src/load/load.ts'
import type { Checkout } from '../../src/model/checkout.ts'
import type { Spec } from '../../src/model/spec.ts'
import { emptyState, type JobRecord, type State } from '../../src/model/state.ts'
import type { Host } from '../../src/session/host.ts'
import { createKnown, type Known } from '../../src/session/known.ts'
import { createPrinter } from '../../src/session/printer.ts'
import { openSession } from '../../src/session/session.ts'
import { serialiseState } from '../../src/state/format.ts'
import { computeStamp } from '../../src/system/file-identity.ts'
import { commit, repository, write } from '../e2e/process.ts'

const spec = (name: string, operation: string) => `apiVersion: jobwright/v1
kind: IotJob
metadata: { name: ${name} }
spec:
  targets: ['arn:aws:iot:eu-west-1:123456789012:thing/kiosk-0117']
  document: { operation: ${operation} }
`

/** Loads with a memory, and counts the texts that it checked anew. */
async function loadCounted(root: string, known: Known): Promise<{ loaded: Loaded; checked: number }> {
  const { source, memory } = known.begin()
  let checked = 0
  const counting = memory && {
    ...memory,
    keep: (...kept: Parameters<typeof memory.keep>) => {
      checked++
      memory.keep(...kept)
    },
  }
  return { loaded: await load({ root, kinds: MODELS, source, memory: counting }), checked }
}

/** What a command sees of loaded specs; a function of theirs is equal to no other. */
function look(loaded: Loaded): unknown {
  return { ...loaded, locate: undefined }
}

t.test('one edited file is checked again, and the result is the one without a memory', async (t) => {
  const names = Array.from({ length: 12 }, (_, index) => `night-${index}`)
  const files = Object.fromEntries(names.map((name) => [`${name}.yaml`, spec(name, 'reboot')]))
  const root = fs.realpathSync(t.testdir({ specs: files }))
  const write = (name: string, text: string) => fs.writeFileSync(path.join(root, 'specs', `${name}.yaml`), text)
  const known = createKnown(root)
  const compare = async (checkedNow: number, what: string) => {
    const { loaded, checked } = await loadCounted(root, known)
    t.same(look(loaded), look(await load({ root, kinds: MODELS })), what)
    t.equal(checked, checkedNow, what)
  }
  await compare(12, 'at first')
  await compare(0, 'nothing changed')
  write('night-3', spec('night-3', 'update'))
  await compare(1, 'one edit')
  write('night-4', spec('night-3', 'update'))
  await compare(0, 'a copy of a known text, which clashes')
  write('night-5', spec('night-5', 'update').replace('targets', 'target'))
  await compare(0, 'a wrong spec is not remembered')
  write('night-5', '')
  write('night-4', spec('night-4', 'update'))
  await compare(1, 'an empty file')
  fs.rmSync(path.join(root, 'specs/night-6.yaml'))
  write('night-5', spec('night-5', 'reboot'))
  await compare(1, 'a file that is gone, and one that is back')
})

t.test('what this process checked itself is no memory of another run', async (t) => {
  const root = fs.realpathSync(t.testdir({ specs: { 'a.yaml': spec('attic', 'reboot') } }))
  const known = createKnown(root)
  await loadCounted(root, known)
  const { loaded, checked } = await loadCounted(root, known)
  t.equal(checked, 0)
  t.equal(loaded.recalled.size, 0)
})

t.test('a state is parsed once as long as its text is the same', async (t) => {
  const { stateReader } = createKnown(t.testdir({}))
  const text = serialiseState(emptyState('night-shifts'))
  const first = stateReader.parse(text, 'w')
  t.equal(stateReader.parse(`${text}`, 'w'), first)
  t.equal(stateReader.digest(text), stateReader.digest(text))
  const other = serialiseState({ ...emptyState('night-shifts'), serial: 1 })
  t.match(stateReader.parse(other, 'w'), { state: { serial: 1 } })
  t.match(stateReader.parse('{', 'w'), { problem: { code: 'STATE_DAMAGED' } })
  t.match(stateReader.parse(text, 'w'), { state: { serial: 0 } })
})

t.test(
  'a plan from memory prints what a plan without one prints, after any edit, commit or write of the state',
  async (t) => {
    const names = Array.from({ length: 8 }, (_, index) => `night-${index}`)
    const root = await repository(
      t,
      Object.fromEntries(names.map((name) => [`specs/${name}.yaml`, spec(name, 'reboot')])),
    )
    const { specs } = await load({ root, kinds: MODELS })
    const writeState = (recorded: readonly Spec[]) =>
      fs.writeFileSync(path.join(root, 'jobs.state.json'), serialiseState(stateOf(recorded)), { mode: 0o600 })
    // It names the state that this machine saw last.
    fs.rmSync(path.join(root, 'jobs.state.json.journal'))
    writeState(specs.slice(1))
    const known = createKnown(root)
    const choose = createChooser(29)
    const edits: Readonly<Record<string, (name: string, other: string) => void>> = {
      change: (name) => write(root, { [`specs/${name}.yaml`]: spec(name, choose(['reboot', 'update', 'rotate'])) }),
      comment: (name) => write(root, { [`specs/${name}.yaml`]: `${spec(name, 'reboot')}# ${choose(names)}\n` }),
      copy: (name, other) => write(root, { [`specs/${name}.yaml`]: spec(other, 'reboot') }),
      break: (name) => write(root, { [`specs/${name}.yaml`]: choose(['kind: [', '', 'kind: IotJob\n']) }),
      remove: (name) => fs.rmSync(path.join(root, `specs/${name}.yaml`), { force: true }),
      move: (name, other) => write(root, { [`specs/moved-${other}.yaml`]: spec(name, 'reboot') }),
      commit: (name) => {
        write(root, { 'log.txt': `${step} ${name}` })
        commit(root)
      },
      state: (name) => writeState(specs.filter(() => choose([true, true, false]) || name === 'night-1')),
      config: (name) => write(root, { 'jobwright.yaml': `specs: [specs]\n# ${name}\n` }),
    }
    const last = ['', '']
    let step = 0
    const seen = new Set<string>()
    for (; step < 16; step++) {
      const edit = choose(Object.keys(edits))
      const [name, other] = [choose(names), choose(names)]
      edits[edit]!(name, other)
      const [fresh, remembered] = [await printPlan(root, step), await printPlan(root, step, known)]
      if (fresh !== last[step % 2]) seen.add(edit)
      last[step % 2] = fresh
      if (remembered !== fresh) t.equal(remembered, fresh, `step ${step}: ${edit} ${name} ${other}`)
    }
    t.ok(seen.size >= 5, `${seen.size} kinds of edits changed the plan`)
  },
)

/** Returns a state in which the jobs of these specs have ended. */
function stateOf(specs: readonly Spec[]): State {
  const site = { partition: 'aws', account: '123456789012', region: 'eu-west-1' }
  const [createdAt, finishedAt] = ['2026-11-15T09:07:46Z', '2026-11-15T09:42:25Z']
  const records = specs.map(({ address, name, request }): [string, JobRecord] => [
    address,
    {
      run: 1,
      site,
      stage: 'started',
      how: 'created',
      id: name,
      request,
      condition: { type: 'Succeeded' },
      status: 'COMPLETED',
      createdAt,
      identity: { createdAt, source: 'read' },
      finishedAt,
    },
  ])
  return { ...emptyState('night-shifts', '2026-11-15T09:00:00Z'), project: '.', records: Object.fromEntries(records) }
}

/** Plans offline in this process. Returns what a person reads, or in every other step what a program reads. */
async function printPlan(root: string, step: number, known?: Known): Promise<string> {
  const printed: string[] = []
  const stream = { write: (text: string) => printed.push(text) }
  const host: Host = { cwd: root, env: {}, stdout: stream, stderr: stream, signal: new AbortController().signal }
  const options: PlanOptions = { output: step % 2 === 0 ? 'text' : 'json', offline: true, known }
  const session = await openSession(options, host)
  await planInSession(session, options, host, createPrinter(host, options))
  return printed.join('')
}

/** Chooses the same items in each run. */
function createChooser(seed: number): <Item>(items: readonly Item[]) => Item {
  let state = seed
  return (items) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return items[Math.floor((state / 2 ** 32) * items.length)]!
  }
}

t.test('the tree of a commit is read once, and each text is hashed once', async (t) => {
  const root = await repository(t, { 'specs/a.yaml': spec('attic', 'reboot') })
  const { head } = createKnown(root)
  const compare = (file: string) => readCheckout({ root, files: [file], memory: head })
  const first = (await compare('specs/a.yaml')) as Extract<Checkout, { git: true }>
  t.match(first, { dirty: [] })
  const known = head.recallTree(first.commit!)
  t.ok(known?.entries.has('specs/a.yaml'))
  write(root, { 'specs/a.yaml': spec('attic', 'update'), 'specs/b.yaml': spec('barn', 'reboot') })
  t.match(await compare('specs/a.yaml'), { dirty: [{ file: 'specs/a.yaml', why: 'edited' }] })
  t.match(await compare('specs/b.yaml'), { dirty: [{ why: 'untracked' }], deleted: [] })
  commit(root)
  t.match(await compare('specs/b.yaml'), { dirty: [] })
  t.equal(head.recallTree(known!.commit), undefined, 'only the last tree is kept')
  t.equal(head.computeId('', 'sha1'), 'e69de29bb2d1d6434b8b29ae775ad8c2e48c5391')
  t.equal(head.computeId('', 'sha256').length, 64, 'a repository in its place may have another format')
})

t.test('a state file is read again only if its stamp changed', async (t) => {
  const file = path.join(t.testdir({ state: 'one' }), 'state')
  const { stateReader } = createKnown(path.dirname(file))
  let reads = 0
  const read = () =>
    stateReader.read!(file, async () => {
      reads++
      return fs.existsSync(file) ? fs.readFileSync(file, 'utf8') : undefined
    })
  // A file that was just written may change again under the same stamp.
  while (computeStamp(file) === undefined) await setImmediate()
  t.equal(await read(), 'one')
  t.equal(await read(), 'one')
  t.equal(reads, 1)
  fs.writeFileSync(file, 'two')
  t.equal(await read(), 'two')
  fs.rmSync(file)
  t.equal(await read(), undefined)
})
