import { execFileSync } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import type { JsonObject } from '../../src/model/json.ts'
import { CASES } from '../conformance/cases.ts'
import { CLI, type Files, write } from '../e2e/process.ts'
import { call, type EveryJob } from '../emulator/setup.ts'
import { type Spec, specOf } from './night.ts'
import { keep, put, type Scenario, type Settings } from './scenarios.ts'
import { type Aws, type Ended, environment, launch, openAws, openRepository, type Repository, WAITS } from './stage.ts'

/*
 * The world around a repository: other people's jobs, other states, rewritten commits. One scenario for each case in which something was
 * once taken for ours without evidence. The emulator judges by its own constants; a scenario says what must be seen.
 */

/** What a scenario works with. */
type Stage = {
  readonly aws: Aws
  readonly store: Settings['store']
  readonly repository: Repository
  /** Runs the program, here unless told otherwise. */
  run(args: string, cwd?: string): Promise<Ended>
  /** Runs the program, and holds its exit code against this one. */
  ends(code: number, args: string, cwd?: string): Promise<Ended>
  /** Somebody else calls AWS; a refusal is wrong. */
  others(service: string, method: string, place: string, body?: unknown): Promise<string>
  see(what: string, got: unknown, wanted: unknown): void
  /** Another repository on the same account. */
  another(specs: readonly Spec[]): Promise<Repository>
}

/** Tells one story. Gives how many jobs AWS must have created by its end, those of others counted. */
function story(specs: readonly Spec[], tell: (stage: Stage) => Promise<number>): Scenario {
  return async ({ aws, store }) => {
    await aws.fresh()
    await aws.control('PUT', 'faults', [])
    const repositories: Repository[] = []
    const open = async (some: readonly Spec[], lineage?: string): Promise<Repository> => {
      const made = await openRepository(some, store, undefined, lineage)
      repositories.push(made)
      return made
    }
    const wrong: string[] = []
    const codes: (number | null)[] = []
    try {
      const repository = await open(specs)
      const run: Stage['run'] = async (args, cwd = repository.root) => {
        const ended = await programIn(cwd, aws, args)
        codes.push(ended.code)
        return ended
      }
      const wanted = await tell({
        aws,
        store,
        repository,
        run,
        ends: async (code, args, cwd) => {
          const ended = await run(args, cwd)
          if (ended.code !== code) wrong.push(`${args} ended with ${ended.code}, not ${code}: ${saidBy(ended)}`)
          return ended
        },
        others: async (service, method, place, body) => {
          const { status, text } = await call(aws.url, service, method, place, body)
          if (status >= 300) wrong.push(`AWS refused ${method} ${place}: ${text}`)
          return text
        },
        see: (what, got, expected) => {
          if (!isDeepStrictEqual(got, expected))
            wrong.push(`${what}: ${JSON.stringify(got)}, not ${JSON.stringify(expected)}`)
        },
        another: (some) => open(some, 'day-shifts'),
      })
      const made = (await aws.jobs()).length
      const [duplicates, lost] = [Math.max(0, made - wanted), Math.max(0, wanted - made)]
      return {
        jobs: made,
        runs: codes.length,
        duplicates,
        lost,
        stuck: 0,
        inert: 0,
        note: `exits ${codes.join()}`,
        wrong,
      }
    } finally {
      for (const one of repositories) one.remove()
    }
  }
}

async function programIn(cwd: string, aws: Pick<Aws, 'url'>, args: string): Promise<Ended> {
  const env = { ...environment(aws.url, cwd), JOBWRIGHT_WAITS: JSON.stringify(WAITS) }
  return launch([CLI, ...args.split(' '), '--output', 'json'], cwd, env).ended
}

function saidBy({ stdout, stderr }: Ended): string {
  return [...stdout.matchAll(/"message":"([^"]*)/g)].map(([, message]) => message).join('; ') || stderr.slice(-300)
}

const gitIn = (cwd: string, ...args: string[]): string =>
  execFileSync('git', ['-c', 'user.name=Ada', '-c', 'user.email=ada@fleet.example', ...args], {
    cwd,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
  }).trim()

/** Writes, or removes where the content is undefined; commits and pushes. */
function push(cwd: string, files: Files): void {
  for (const [name, content] of Object.entries(files)) if (content === undefined) fs.rmSync(path.join(cwd, name))
  write(cwd, Object.fromEntries(Object.entries(files).filter(([, content]) => content !== undefined)))
  gitIn(cwd, 'add', '--all')
  gitIn(cwd, 'commit', '--quiet', '--message', 'Night shifts')
  gitIn(cwd, 'push', '--quiet', '--force', 'origin', 'HEAD:main')
}

const withPolicy = (spec: Spec, policy: object): Spec => ({ ...spec, document: { ...spec.document, policy } })
const requestOf = ({ document }: Spec): JsonObject => (document as { spec: JsonObject }).spec
const SPECS = 'specs/night-0.yaml'
const many = (...specs: readonly Spec[]): string =>
  specs.map(({ document }) => JSON.stringify(document)).join('\n---\n')
const running = (jobs: readonly EveryJob[], id: string): unknown =>
  jobs.find((job) => job.id === id && job.exists)?.status

const lamp = specOf('IotJob', 'lamp-0001')
const door = specOf('IotJob', 'door-0001')
const cancelled = withPolicy(lamp, { onRemove: 'cancel' })
const prices = specOf('DataExchangeJob', 'prices-0001')
const readers = specOf('PinpointExportJob', 'readers-0001')
const disk = specOf('ImportExportJob', 'crate-0001')
const identical = [prices, readers, disk].map((spec) => withPolicy(spec, { allowIdentical: true }))
const ago = '2026-01-01T00:00:00Z'

/** An IoT job as another team makes it. */
const elsewhere = { targets: ['arn:aws:iot:us-east-1:123456789012:thing/boiler-9'], document: '{"operation":"test"}' }

/** Forgets what this machine has seen of the state. */
function forgetMachine({ root, stateFile }: Repository): void {
  fs.rmSync(`${stateFile}.journal`, { force: true })
  fs.rmSync(path.join(root, '.git/jobwright'), { recursive: true, force: true })
}

/** The cases, by name; each works with a state in a file and one in Git. */
export const OWNERSHIP: Readonly<Record<string, Scenario>> = {
  '1 rolled back, identical specs allowed': story(identical, async ({ aws, repository, ends, see, run }) => {
    const early = keep(repository)
    await ends(0, 'reconcile')
    put(repository, early.text)
    forgetMachine(repository)
    const there = repository.clone()
    await ends(6, 'reconcile', there)
    const own = (await aws.jobs()).find(({ service }) => service === 'importexport')
    await ends(6, `resolve ${disk.address} --foreign ${own?.id}`, there)
    await run(`adopt ${disk.address} --id ${own?.id}`, there)
    for (const spec of identical) await run(`resolve ${spec.address} --foreign-listed`, there)
    await ends(0, 'reconcile', there)
    see('jobs with our mark', (await aws.jobs()).filter(({ service }) => service === 'importexport').length, 1)
    return 5
  }),

  '2 the state lost, then init': story([prices, readers], async ({ aws, repository, ends, see }) => {
    await ends(0, 'reconcile')
    put(repository, undefined)
    forgetMachine(repository)
    const there = repository.clone()
    await ends(8, 'init', there)
    await ends(8, 'reconcile', there)
    see('jobs', (await aws.jobs()).length, 2)
    await ends(0, 'baseline', there)
    await ends(0, 'reconcile', there)
    return 2
  }),

  '3 history rewritten': story([cancelled, door], async ({ repository: { root }, ends }) => {
    await ends(0, 'reconcile')
    gitIn(root, 'commit', '--quiet', '--amend', '--message', 'Reworded')
    await ends(8, 'reconcile')
    await ends(0, `cancel ${lamp.address} --reason wrong --force`)
    await ends(0, 'status')
    await ends(0, 'resolve --newest-checkout')
    await ends(0, 'reconcile')
    return 2
  }),

  '4 deleted, and created anew by others': story([cancelled, door], async (stage) => {
    const { aws, repository, ends, others, see } = stage
    await ends(0, 'reconcile')
    await ends(0, 'reconcile')
    await others('iot', 'DELETE', '/jobs/lamp-0001?force=true')
    await aws.control('POST', 'advance', { seconds: 120 })
    await others('iot', 'PUT', '/jobs/lamp-0001', elsewhere)
    await ends(6, 'reconcile')
    await stage.run(`cancel ${lamp.address} --reason wrong`)
    push(repository.root, { [SPECS]: many(door) })
    await ends(0, 'reconcile')
    see("the others' job", running(await aws.jobs(), 'lamp-0001'), 'IN_PROGRESS')
    return 3
  }),

  '5 two repositories, one ID': story([cancelled, door], async ({ aws, repository, another, run, ends, see }) => {
    const harvest = specOf('MediaPackageHarvestJob', 'cup-0001')
    const own = specOf('IotJob', 'gate-0001')
    push(repository.root, { [SPECS]: many(cancelled, door, harvest) })
    const second = await another([cancelled, harvest, own])
    // Both have looked, and neither has created.
    await aws.control('PUT', 'faults', [{ operation: 'CreateJob', fault: 'delay', ms: 1_500 }])
    const both = await Promise.all([run('reconcile'), run('reconcile', second.root)])
    await aws.control('PUT', 'faults', [])
    see('a repository that is refused', both.filter(({ code }) => code === 6).length >= 1, true)
    const [loser, rest] = both[0].code === 6 ? [repository.root, door] : [second.root, own]
    await ends(6, 'reconcile', loser)
    push(loser, { [SPECS]: many(rest) })
    await run('reconcile', loser)
    see('the job of the first', running(await aws.jobs(), 'lamp-0001'), 'IN_PROGRESS')
    return 4
  }),

  '6 an older job of others, a lost create': story([prices], async ({ aws, repository, ends, others, see }) => {
    const { Id } = JSON.parse(await others('dataexchange', 'POST', '/v1/jobs', requestOf(prices))) as { Id: string }
    await aws.control('POST', 'advance', { seconds: 20 })
    await aws.control('PUT', 'faults', [
      { service: 'dataexchange', operation: 'CreateJob', fault: 'drop-response', times: 1 },
    ])
    await ends(0, 'reconcile')
    const { state } = await repository.store().read()
    see('the older job is ours', Object.values(state?.records ?? {})[0]?.id === Id, false)
    see("the others' job", running(await aws.jobs(), Id), 'WAITING')
    return 2
  }),

  '7 two projects of one repository': story([cancelled], async ({ aws, store, repository, run, ends, see }) => {
    const second = path.join(repository.root, 'prices')
    await ends(0, 'reconcile')
    const config = { state: store === 'git' ? { store } : { store, path: 'jobs.state.json' } }
    push(repository.root, { 'prices/jobwright.yaml': config, 'prices/specs/kiosks.yaml': '' })
    await ends(0, 'init --new-state', second)
    push(repository.root, { 'prices/specs/door.yaml': door.document })
    await ends(0, 'reconcile', second)
    await run('reconcile')
    await ends(0, 'reconcile', second)
    const jobs = await aws.jobs()
    see('jobs that run', [running(jobs, 'lamp-0001'), running(jobs, 'door-0001')], ['IN_PROGRESS', 'IN_PROGRESS'])
    return 2
  }),

  '8 a request that is ten minutes late': onVirtualTime([readers], async ({ aws, run, see }) => {
    const operation = 'CreateExportJob'
    await aws.control('PUT', 'faults', [
      { operation, fault: 'late', seconds: 600, times: 1 },
      { operation, fault: 'drop-response', times: 1 },
    ])
    see('while it may arrive', (await run('reconcile --settle 0s')).code, 9)
    await aws.control('POST', 'advance', { seconds: 9 * 60 })
    see('after nine minutes', (await run('reconcile --settle 0s')).code, 9)
    await aws.control('POST', 'advance', { seconds: 9 * 60 })
    await untilJobs(aws, 1)
    see('at the end', (await run('reconcile --settle 20m')).code, 0)
    return 1
  }),

  '9 an unknown create, 200 days later': onVirtualTime([readers, prices], async ({ aws, run, see }) => {
    await aws.control('PUT', 'faults', [
      { fault: 'list-lag', seconds: 3_600 },
      { operation: 'CreateExportJob', fault: 'drop-response', times: 1 },
      { service: 'dataexchange', operation: 'CreateJob', fault: 'drop-response', times: 1 },
    ])
    await run('reconcile --settle 0s')
    await run('reconcile --settle 0s')
    const made = (await aws.jobs()).length
    await aws.control('PUT', 'faults', [])
    await aws.control('POST', 'advance', { seconds: 200 * 86_400 })
    see('a person is asked', (await run('reconcile --settle 5m')).code, 6)
    see('creates', (await aws.jobs()).length, made)
    return 2
  }),

  '10 what HEAD does not hold': story([lamp], async ({ aws, repository: { root }, ends, see }) => {
    gitIn(root, 'update-index', '--assume-unchanged', SPECS)
    fs.appendFileSync(path.join(root, SPECS), '\n')
    fs.symlinkSync('../local.yaml', path.join(root, 'specs/link.yaml'))
    fs.writeFileSync(path.join(root, '.gitignore'), 'local.yaml\n')
    gitIn(root, 'add', 'specs/link.yaml', '.gitignore')
    gitIn(root, 'commit', '--quiet', '--message', 'A link')
    write(root, { 'local.yaml': door.document })
    await ends(9, 'reconcile')
    see('jobs', (await aws.jobs()).length, 0)
    gitIn(root, 'update-index', '--no-assume-unchanged', SPECS)
    gitIn(root, 'add', '--force', 'local.yaml')
    push(root, {})
    await ends(0, 'reconcile')
    return 2
  }),

  '11 what needs a person': story(
    [{ ...lamp, document: { ...lamp.document, spec: failing() } }, withPolicy(door, { expires: ago })],
    async ({ aws, repository: { root }, ends }) => {
      await ends(6, 'reconcile')
      await aws.control('POST', 'advance', { seconds: 3_600 })
      await ends(0, `acknowledge ${door.address}`)
      await ends(10, 'reconcile')
      await ends(10, 'status --exit-code')
      await ends(0, 'acknowledge --all')
      await ends(0, 'reconcile')
      push(root, { 'README.md': 'Night shifts' })
      await ends(0, 'reconcile')
      return 1
    },
  ),

  '12 cancelled by hand while unknown': story([lamp], async ({ aws, ends, others }) => {
    await aws.control('PUT', 'faults', [
      { operation: 'CreateJob', fault: 'drop-response', times: 1 },
      // It cannot be told yet whose job it is.
      { fault: 'tag-lag', seconds: 60 },
    ])
    await ends(9, 'reconcile --settle 0s')
    await others('iot', 'PUT', '/jobs/lamp-0001/cancel', {})
    await aws.control('PUT', 'faults', [])
    await ends(10, 'reconcile')
    await ends(0, 'acknowledge --all')
    await ends(0, 'reconcile')
    return 1
  }),
}

function failing(): JsonObject {
  return CASES.find(({ kind }) => kind === 'IotJob')!.failing
}

/** A story with the waits that users have, on an emulator whose time the program moves on while it waits. */
function onVirtualTime(
  specs: readonly Spec[],
  tell: (stage: Pick<Stage, 'aws' | 'run' | 'see'>) => Promise<number>,
): Scenario {
  return async (settings) => {
    const files = story(specs, async ({ repository: { root }, see }) => {
      // It has a state of its own, whatever the store.
      write(root, { 'jobwright.yaml': {} })
      const folder = path.join(root, '.jobwright/emulator/aws')
      const aws = await openAws(settings.seed, ['--dir', folder, '--start-at', '2026-11-15T09:00:00Z'])
      try {
        const env = { PATH: process.env['PATH'] ?? '', HOME: root }
        const run: Stage['run'] = async (args) =>
          launch([CLI, ...args.split(' '), '--emulator', '--output', 'json'], root, env).ended
        const wanted = await tell({ aws, run, see })
        see('jobs on it', (await aws.jobs()).length, wanted)
      } finally {
        await aws.close()
      }
      return 0
    })
    return files(settings)
  }
}

/** Waits until requests that were on their way have arrived. */
async function untilJobs(aws: Aws, many: number): Promise<void> {
  for (let turn = 0; turn < 100 && (await aws.jobs()).length < many; turn++)
    await new Promise((resolve) => setTimeout(resolve, 50))
}
