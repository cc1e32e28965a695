import t, { type Test } from 'tap'
import { NO_REDIS, startRedis } from '../redis/server.ts'
import { build, cli, type JsonLine, type Ran, repository } from './process.ts'
import { aws, doc, requestOf } from './world.ts'

build()

/** An endpoint keeps two weeks, so a harvest cannot ask for a fixed day. */
function windowOf(kind: string): object {
  if (kind !== 'MediaPackageHarvestJob') return {}
  const ago = (hours: number): string => new Date(Date.now() - hours * 3_600_000).toISOString()
  return { StartTime: ago(3), EndTime: ago(2) }
}

/** Two repositories of one account with jobs of a kind. */
async function openTeams(t: Test, kind: string, jobs: number, config: object) {
  const world = await aws(t, { timeScale: 0 })
  const redis = await startRedis(t)
  const roots = await Promise.all(
    ['fleet', 'kiosks'].map((team, at) => {
      const specs = Array.from({ length: jobs }, (_, n) =>
        JSON.stringify(
          doc(kind, `${team}-${n}`, { spec: { ...requestOf(kind, at * jobs + n + 1), ...windowOf(kind) } }),
        ),
      )
      return repository(
        t,
        { 'jobwright.yaml': { specs: ['specs'], ...config }, 'specs/jobs.yaml': specs.join('\n---\n') },
        team,
      )
    }),
  )
  const env = { ...world.env, JOBWRIGHT_LANES_URL: redis.url }
  const run = (team: number, ...args: string[]): Promise<Ran> =>
    cli([...args, '-o', 'json'], { cwd: roots[team]!, env })
  return { world, redis, run }
}

const planned = ({ lines }: Ran, action: string) => lines.filter((line) => line['action'] === action)
const shown = ({ lines }: Ran, type: string) => lines.find((line) => line.type === type) as JsonLine

t.test(
  'two repositories share the slots of an account, at the same time and one after the other',
  { skip: NO_REDIS },
  async (t) => {
    const { world, redis, run } = await openTeams(t, 'MediaPackageHarvestJob', 8, {})
    const both = await Promise.all([0, 1].map((team) => run(team, 'reconcile', '--settle', '0s')))
    t.same(
      both.map(({ code }) => code ?? 1).sort((a, b) => a - b),
      [0, 9],
      both.map(({ stderr }) => stderr).join(''),
    )
    t.equal((await world.jobs()).length, 10, 'AWS takes ten at once')
    const late = both.flatMap((ran) => planned(ran, 'waiting'))
    t.match(late.at(-1), { reason: /^2 harvests .* here, 8 by other states, and AWS allows 10 at once$/ })

    for (const verb of ['lanes', 'status'])
      t.match(shown(await run(0, verb), 'slots'), {
        name: /\/123456789012\/eu-west-1\/mediapackage\/harvests$/,
        taken: 10,
        max: 10,
        peers: 2,
      })
    t.match(planned(await run(0, 'plan'), 'create'), [], 'a plan shows it too')

    await world.advance(600)
    for (const team of [0, 1, 0, 1]) await run(team, 'reconcile', '--settle', '0s')
    t.equal((await world.jobs()).length, 16, 'ended jobs give their slots back')
    t.equal((await run(0, 'plan', '--exit-code')).code, 0)
    t.match(redis.cli('--scan', '--pattern', '*slots*'), /^jobwright:1:slots:[\w./-]+$/)
  },
)

t.test('two repositories share the daily budget of an account', { skip: NO_REDIS }, async (t) => {
  const limits = { importexport: { perSecond: 50, perDay: 5 } }
  const { world, run } = await openTeams(t, 'ImportExportJob', 4, { limits })
  for (const team of [0, 1]) t.equal((await run(team, 'reconcile', '--settle', '0s')).code, 0)
  t.equal((await world.jobs()).length, 5)
  const waiting = planned(await run(1, 'plan'), 'waiting')
  t.equal(waiting.length, 3)
  t.match(waiting[0], { reason: /are used up, 4 of them by other states$/, until: /T00:00:00/ })
  t.match(shown(await run(1, 'lanes'), 'budget'), { used: 1, perDay: 5 })
  const { lines } = await run(1, 'status')
  t.match(
    lines.filter(({ type, ...line }) => type === 'budget' && line['peers']),
    [{ taken: 5, perDay: 5, peers: 2 }],
  )
})

t.test(
  'without Redis, each repository keeps to its own limits, warns once and loses nothing',
  { skip: NO_REDIS },
  async (t) => {
    const { world, redis, run } = await openTeams(t, 'MediaPackageHarvestJob', 3, {})
    await redis.kill()
    for (const team of [0, 1]) {
      const ran = await run(team, 'reconcile', '--settle', '0s')
      t.equal(ran.code, 0)
      t.equal(ran.lines.filter(({ code }) => code === 'LANES_REDIS').length, 1)
    }
    t.equal((await world.jobs()).length, 6)
  },
)
