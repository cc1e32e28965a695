import { execFileSync } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'
import { git } from '../e2e/process.ts'
import { night, type Spec, type Verdict } from './night.ts'
import {
  type Aws,
  type Ended,
  type Going,
  openRepository,
  type Repository,
  type StoreName,
  start,
  untilQuiet,
  verdictOf,
} from './stage.ts'

/** What a scenario showed. */
export type Shown = Verdict & {
  readonly jobs: number
  /** Runs of `reconcile`, up to rest. */
  readonly runs: number
  /** What was seen on the way, such as how often a fault struck. */
  readonly note: string
  /** What should have been seen and was not. */
  readonly wrong: readonly string[]
}

export type Settings = { readonly aws: Aws; readonly size: number; readonly store: StoreName; readonly seed: number }

export type Scenario = (settings: Settings) => Promise<Shown>

const ANY = { rate: 0.05 }

/** Fault rules of each network and service trouble; reads meet them as well as writes. */
export const TROUBLES: Readonly<Record<string, { readonly faults: readonly object[]; readonly rates?: object }>> = {
  'lost requests 5 %': { faults: [{ fault: 'drop-request', ...ANY }] },
  'lost responses 5 %': { faults: [{ fault: 'drop-response', ...ANY }] },
  'errors 5xx after executing 5 %': { faults: [{ fault: 'error-after', ...ANY }] },
  'truncated bodies 5 %': { faults: [{ fault: 'truncate-body', ...ANY }] },
  'throttling: 5 % and 20 calls a second': {
    faults: [{ fault: 'throttle', ...ANY }],
    rates: { iot: 20, pinpoint: 20, dataexchange: 20, mediapackage: 20, importexport: 20 },
  },
  'lists lag 0.3 s, lost responses 20 %': {
    faults: [
      { fault: 'list-lag', seconds: 0.3 },
      { fault: 'drop-response', rate: 0.2 },
    ],
  },
  'all of it mixed': {
    faults: [
      { fault: 'list-lag', seconds: 0.3 },
      { fault: 'delay', ms: 40, rate: 0.1 },
      ...['drop-request', 'drop-response', 'error-before', 'error-after', 'truncate-body', 'throttle'].map((fault) => ({
        fault,
        rate: 0.03,
      })),
    ],
  },
}

/** Runs through a trouble until rest. */
export function trouble(name: string): Scenario {
  const { faults, rates = {} } = TROUBLES[name]!
  return (settings) =>
    inRepository(settings, async (repository) => {
      const { aws } = settings
      await aws.control('PUT', 'limits', { rates })
      await aws.control('PUT', 'faults', faults)
      const runs = await untilQuiet(repository.root, aws)
      const struck = await faultsStruck(aws)
      return { runs: runs.length, note: `${struck} calls struck`, wrong: struck === 0 ? ['no fault struck'] : [] }
    })
}

/** When a run is killed: how much of its progress it has told by then, from 0 to 1, and how many milliseconds later. */
export type Moment = { readonly share: number; readonly plusMs: number }

/** Kills a run at one moment, and lets others finish its work. */
export function killAt(moment: Moment, then: (repository: Repository) => void = () => {}): Scenario {
  return (settings) =>
    inRepository(settings, async (repository) => {
      const { aws, size } = settings
      const killed = await killedRun(repository.root, settings, moment)
      const made = (await aws.jobs()).length
      then(repository)
      const runs = await untilQuiet(repository.root, aws)
      const when = made === 0 ? 'before its first job' : made < size ? 'amid its jobs' : 'after its last job'
      return { runs: 1 + runs.length, note: killed.code === null ? `killed ${when}` : 'was over', wrong: [] }
    })
}

/** Each create and each start is told twice: when it begins, and how it ended. */
const TOLD = (settings: Pick<Settings, 'size'>): number => 2 * settings.size + 2 * Math.min(10, settings.size / 5)

function killedRun(root: string, { aws, size }: Settings, { share, plusMs }: Moment): Promise<Ended> {
  return killAfter(start(root, aws), share * TOLD({ size }), plusMs)
}

/** Kills a run some milliseconds after it has told more than so many steps. */
export function killAfter({ child, ended }: Going, most: number, plusMs: number): Promise<Ended> {
  let told = 0
  child.stdout!.on('data', (text: string) => {
    const before = told
    told += text.split('"type":"progress"').length - 1
    if (before <= most && told > most) setTimeout(() => child.kill('SIGKILL'), plusMs)
  })
  return ended
}

/** Two reconcilers of one repository start at once, with answers getting lost; over and over until both find nothing to do. */
export const twoAtOnce: Scenario = (settings) =>
  inRepository(settings, async (repository) => {
    const { aws, store } = settings
    await aws.control('PUT', 'faults', [{ fault: 'drop-response', rate: 0.05 }])
    const roots = [repository.root, store === 'file' ? repository.root : repository.clone()]
    const codes: (number | null)[] = []
    for (let round = 0; round < 10; round++) {
      const both = await Promise.all(roots.map((root) => start(root, aws).ended))
      codes.push(...both.map(({ code }) => code))
      // Of two that share a file one is always refused.
      if (both.every(({ code }) => code === 0 || (store === 'file' && code === 8))) break
      await new Promise((resolve) => setTimeout(resolve, 300))
    }
    const refused = codes.filter((code) => code === 8).length
    // None, where a busy machine lets one begin only when the other is over.
    return { runs: codes.length, note: `${refused} runs refused`, wrong: [] }
  })

const NOTHING = { jobs: 0, runs: 0, duplicates: 0, lost: 0, stuck: 0, inert: 0, wrong: [] }

/** The disk under the state fills up in mid-run; later there is room again. */
export const fullDisk: Scenario = (settings) => {
  const top = fs.mkdtempSync('/tmp/jobwright-full-')
  const folder = path.join(top, 'state')
  fs.mkdirSync(folder)
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', folder], { stdio: 'pipe' })
  } catch {
    fs.rmSync(top, { recursive: true, force: true })
    return Promise.resolve({ ...NOTHING, note: 'skipped: no small disk can be mounted here' })
  }
  const done = () => {
    execFileSync('umount', [folder])
    fs.rmSync(top, { recursive: true, force: true })
  }
  const work = inRepository(
    settings,
    async (repository) => {
      const { aws } = settings
      const stateBytes = 450 * settings.size
      const free = fs.statfsSync(folder)
      fs.writeFileSync(path.join(folder, 'filler'), Buffer.alloc(free.bavail * free.bsize - 2 * stateBytes))
      const runs = [await start(repository.root, aws).ended, await start(repository.root, aws).ended]
      const full = runs.filter(({ stdout }) => /STATE_DISK/.test(stdout)).length
      const made = (await aws.jobs()).length
      fs.rmSync(path.join(folder, 'filler'))
      runs.push(...(await untilQuiet(repository.root, aws)))
      const note = `${full} runs met the full disk, with ${made} jobs made`
      return { runs: runs.length, note, wrong: full === 0 ? ['the disk was never full'] : [] }
    },
    { folder: top },
  )
  return work.finally(done)
}

/** The last line of the journal of a killed run is cut in its middle. */
export function tornJournal(moment: Moment): Scenario {
  return killAt(moment, (repository) => {
    const journal = journalOf(repository)
    const text = fs.readFileSync(journal, 'utf8')
    const last = text.trimEnd().lastIndexOf('\n') + 1
    if (last > 0) fs.truncateSync(journal, last + Math.ceil((text.length - last) / 2))
  })
}

/** States that must not be worked with: nothing is created, and with the right one back all goes on. */
export const untrustedStates: Scenario = (settings) =>
  inRepository(settings, async (repository) => {
    const { aws } = settings
    const { root } = repository
    const wrong: string[] = []
    const refused: string[] = []
    const early = keep(repository)
    const first = await start(root, aws, ['--only', repository.specs[0]!.address]).ended
    if (first.code !== 0) wrong.push(`the first run ended with ${first.code}`)
    const good = keep(repository)
    for (const [name, bad] of [
      ['of the future', (text: string) => text.replace(/"minReader": *1/, '"minReader": 99')],
      ['older', () => early.text],
      ['deleted', () => undefined],
    ] as const) {
      put(repository, bad(good.text))
      const before = (await aws.jobs()).length
      const { code, stdout } = await start(root, aws).ended
      const why = /"code":"(STATE_[A-Z_]+)"/.exec(stdout)?.[1]
      if (code !== 8 || why === undefined) wrong.push(`${name}: exit ${code} ${why}`)
      else refused.push(why)
      if ((await aws.jobs()).length !== before) wrong.push(`${name}: jobs were made`)
      good.back()
    }
    const runs = await untilQuiet(root, aws)
    return { runs: runs.length + 4, note: refused.join(', '), wrong }
  })

/** A run on a laptop is killed; another clone finishes its work; then the laptop comes back with its old journal. */
export function laptopJournal(moment: Moment): Scenario {
  return (settings) =>
    inRepository(settings, async (repository) => {
      const { aws } = settings
      await killedRun(repository.root, settings, moment)
      const elsewhere = await untilQuiet(repository.clone(), aws)
      const made = (await aws.jobs()).length
      const home = await untilQuiet(repository.root, aws)
      const more = (await aws.jobs()).length - made
      const wrong = more === 0 ? [] : [`the laptop made ${more} more jobs`]
      return { runs: 1 + elsewhere.length + home.length, note: `${made} jobs before it came back`, wrong }
    })
}

/** What is special about a scenario's repository. A folder that is given is its owner's to remove. */
type Special = {
  readonly folder?: string
  readonly specs?: readonly Spec[]
  /** Members of jobwright.yaml. */
  readonly config?: object
  /** Asks the oracle. By default it reads the state where it was begun. */
  readonly verdict?: typeof verdictOf
}

/** Does something in a fresh repository, and asks the oracle. */
export async function inRepository(
  settings: Settings,
  work: (repository: Repository) => Promise<Pick<Shown, 'runs' | 'note' | 'wrong'>>,
  { folder, specs = night(settings.size), config, verdict = verdictOf }: Special = {},
): Promise<Shown> {
  const { aws, store } = settings
  await aws.fresh()
  await aws.control('PUT', 'faults', [])
  const repository = await openRepository(specs, store, folder, undefined, aws, config)
  try {
    const shown = await work(repository)
    return { ...shown, jobs: specs.length, ...(await verdict(repository, aws)) }
  } finally {
    if (folder === undefined) repository.remove()
  }
}

export async function faultsStruck(aws: Aws): Promise<number> {
  const calls = (await aws.control('GET', 'calls')) as { outcome: string; count: number }[]
  return calls
    .filter(({ outcome }) => /^(drop-|error-|truncate-|throttle|Throttl|TooMany)/.test(outcome))
    .reduce((sum, { count }) => sum + count, 0)
}

function journalOf({ root, stateFile }: Repository): string {
  const inGit = path.join(root, '.git/jobwright/jobwright-state@jobs.state.json.journal')
  return fs.existsSync(inGit) ? inGit : `${stateFile}.journal`
}

type Kept = { readonly text: string; back(): void }

/** The stored state as it is now. */
export function keep(repository: Repository): Kept {
  const { stateFile, bare } = repository
  if (fs.existsSync(stateFile)) {
    const text = fs.readFileSync(stateFile, 'utf8')
    return { text, back: () => fs.writeFileSync(stateFile, text) }
  }
  const head = execFileSync('git', ['rev-parse', STATE], { cwd: bare, encoding: 'utf8' }).trim()
  const text = execFileSync('git', ['show', `${head}:jobs.state.json`], { cwd: bare, encoding: 'utf8' })
  return { text, back: () => git(bare, 'update-ref', STATE, head) }
}

const STATE = 'refs/heads/jobwright-state'

/** Puts another text, or none, where the state is. */
export function put({ stateFile, bare }: Repository, text: string | undefined): void {
  if (fs.existsSync(stateFile)) {
    if (text === undefined) fs.rmSync(stateFile)
    else fs.writeFileSync(stateFile, text)
    return
  }
  if (text === undefined) {
    git(bare, 'update-ref', '-d', STATE)
    return
  }
  const run = (args: string[], input = ''): string =>
    execFileSync('git', args, { cwd: bare, encoding: 'utf8', input }).trim()
  const blob = run(['hash-object', '-w', '--stdin'], text)
  const tree = run(['mktree'], `100644 blob ${blob}\tjobs.state.json\n`)
  const identity = ['-c', 'user.name=Ada', '-c', 'user.email=ada@fleet.example']
  git(bare, 'update-ref', STATE, run([...identity, 'commit-tree', tree, '-m', 'Another state']))
}
