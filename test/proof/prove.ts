import os from 'node:os'
import { parseArgs } from 'node:util'
import { build } from '../e2e/process.ts'
import { seeded } from '../plan/seeded.ts'
import { lateWrites } from './late-writes.ts'
import { moveKilled } from './moved-states.ts'
import { OWNERSHIP } from './ownership.ts'
import {
  fullDisk,
  killAt,
  laptopJournal,
  type Moment,
  type Scenario,
  type Settings,
  type Shown,
  TROUBLES,
  tornJournal,
  trouble,
  twoAtOnce,
  untrustedStates,
} from './scenarios.ts'
import { SHARED_LANES } from './shared-lanes.ts'
import { sideBySide } from './split-states.ts'
import { openAws, type StoreName } from './stage.ts'
import { week } from './week.ts'
import { wholeLife } from './whole-life.ts'
import { FLEET_SCENARIOS, WORKERS_SCENARIOS } from './workers.ts'

/*
 * `npm run prove`: the built program as a child process against `jobwright emulator` over sockets, through everything that can go wrong.
 * Prints one table; ends with 1 if there is a duplicate, a lost job, or one that stays stuck.
 */

const { values } = parseArgs({
  options: {
    jobs: { type: 'string', default: '100' },
    kills: { type: 'string', default: '200' },
    parallel: { type: 'string', default: '2' },
    seed: { type: 'string', default: '1' },
    only: { type: 'string', default: '' },
    help: { type: 'boolean', default: false },
  },
})

const HELP = `npm run prove -- [--jobs 100] [--kills 200] [--parallel 2] [--seed 1] [--only TEXT]
  jobs      jobs of each repository, over all five kinds
  kills     how many runs are killed, half of them with the file store and half with the git store
  parallel  scenarios at once, each with an emulator of its own
  seed      decides the moments of the kills and what the faults strike
  only      run the scenarios whose name holds this text

npm run prove -- --only 'fifty accounts' --jobs 100000 --parallel 1
  This scenario runs only if --only names it. A planner and three workers serve fifty accounts, and all of them and Redis are killed.
  The waits are those of real runs, so each kill of the planner costs three minutes.`

type Row = { readonly name: string; readonly store: StoreName; readonly scenario: Scenario; readonly times: number }

function rows(kills: number, moment: () => Moment): Row[] {
  const stores = ['file', 'git'] as const
  const half = Math.max(1, Math.round(kills / 2))
  const some = Math.max(1, Math.round(kills / 20))
  const lifeKills = Math.max(4, Math.round(kills * 0.3))
  const each = (name: string, scenario: () => Scenario, times = 1, on: readonly StoreName[] = stores): Row[] =>
    on.map((store) => ({ name, store, times, scenario: (settings) => scenario()(settings) }))
  return [
    ...Object.keys(TROUBLES).flatMap((name) => each(name, () => trouble(name))),
    ...each('SIGKILL at a random moment', () => killAt(moment()), half),
    ...each('SIGKILL, and the journal torn', () => tornJournal(moment()), some),
    ...each('the whole life of a repository', () => wholeLife(lifeKills)),
    ...each('a week of three schedules', () => week(7)),
    ...each('two reconcilers at once', () => twoAtOnce, some),
    ...each('all of it mixed', () => trouble('all of it mixed'), 1, ['s3']),
    ...each('SIGKILL at a random moment', () => killAt(moment()), some, ['s3']),
    ...each('two reconcilers at once', () => twoAtOnce, some, ['s3']),
    ...each('late writes land after newer ones', () => lateWrites, 1, ['s3']),
    ...each('a split state, runs side by side', () => sideBySide, 1, ['file', 'git', 's3']),
    ...each('the state moves to git, killed', () => moveKilled('git'), 1, ['file']),
    ...each('the state moves to s3, killed', () => moveKilled('s3'), 1, ['git']),
    ...each('the state moves to a file, killed', () => moveKilled('file'), 1, ['s3']),
    ...each('a split state moves and is whole, killed', () => moveKilled('s3', true), 1, ['file', 'git']),
    ...each('the disk fills up', () => fullDisk, 1, ['file']),
    ...each('a state of the future, older, deleted', () => untrustedStates),
    ...Object.entries(OWNERSHIP).flatMap(([name, scenario]) => each(name, () => scenario)),
    ...Object.entries(SHARED_LANES).flatMap(([name, scenario]) => each(name, () => scenario, 1, ['git'])),
    ...Object.entries(WORKERS_SCENARIOS).flatMap(([name, scenario]) => each(name, () => scenario, 1, ['git'])),
    // It takes minutes, so it runs only if somebody asks for it.
    ...Object.entries(values.only === '' ? {} : FLEET_SCENARIOS).flatMap(([name, scenario]) =>
      each(name, () => scenario, 1, ['file']),
    ),
    ...each('a laptop’s journal over a newer state', () => laptopJournal(moment()), some, ['git']),
  ]
}

async function main(): Promise<void> {
  if (values.help) return say(HELP)
  build()
  const [size, kills, parallel, seed] = [values.jobs, values.kills, values.parallel, values.seed].map(Number) as [
    number,
    number,
    number,
    number,
  ]
  const random = seeded(seed)
  say(
    `${os.cpus()[0]?.model}, ${os.cpus().length} processors · Node ${process.version} · ${size} jobs a run · seed ${seed}\n`,
  )
  say(line(['scenario', 'store', 'times', 'jobs', 'runs', 'duplicates', 'lost', 'stuck', 'inert', 'seen']))
  const queue = rows(kills, () => ({ share: random(), plusMs: Math.round(random() * 20) })).filter(({ name }) =>
    name.includes(values.only),
  )
  let bad = 0
  const work = async (n: number): Promise<void> => {
    for (let row = queue.shift(); row; row = queue.shift()) {
      // Some scenarios advance the clock, and a worker makes no call while its own clock differs.
      const aws = await openAws(seed + n)
      bad += await prove(row, { aws, size, store: row.store, seed })
      await aws.close()
    }
  }
  await Promise.all(Array.from({ length: parallel }, (_, n) => work(n)))
  say(bad === 0 ? '\nno duplicate, no lost job, none stuck' : `\n${bad} rows are wrong`)
  process.exitCode = bad === 0 ? 0 : 1
}

async function prove({ name, store, scenario, times }: Row, settings: Settings): Promise<number> {
  const all: Shown[] = []
  for (let time = 0; time < times; time++) all.push(await scenario(settings))
  const sum = (member: 'jobs' | 'runs' | 'duplicates' | 'lost' | 'stuck' | 'inert'): string =>
    String(all.reduce((total, one) => total + one[member], 0))
  const notes = new Map<string, number>()
  for (const { note } of all) notes.set(note, (notes.get(note) ?? 0) + 1)
  const seen =
    notes.size <= 4 ? [...notes].map(([note, count]) => (times > 1 ? `${count} × ${note}` : note)).join(', ') : ''
  const wrong = all.flatMap((one) => one.wrong)
  const counts = (['jobs', 'runs', 'duplicates', 'lost', 'stuck', 'inert'] as const).map(sum)
  say(line([name, store, String(times), ...counts, [seen, ...wrong.map((one) => `WRONG: ${one}`)].join(' ')]))
  return wrong.length > 0 || all.some(({ duplicates, lost, stuck }) => duplicates + lost + stuck > 0) ? 1 : 0
}

const WIDTHS = [38, 4, 5, 6, 5, 10, 4, 5, 5, 0]

function line(cells: readonly string[]): string {
  return cells
    .map((cell, index) => (index < 2 ? cell.padEnd(WIDTHS[index]!) : cell.padStart(WIDTHS[index]!)))
    .join('  ')
}

function say(text: string): void {
  process.stdout.write(`${text}\n`)
}

await main()
