import fs from 'node:fs'
import net from 'node:net'
import path from 'node:path'
import t, { type Test } from 'tap'
import { NO_REDIS, type RedisServer, startRedis } from '../redis/server.ts'
import { build, cli, type JsonLine, type Ran, repository, start } from './process.ts'
import { aws, doc } from './world.ts'

build()

const LIMIT = 10
const CONFIG = `specs: [specs]\nlimits: { iot: { perSecond: ${LIMIT} } }\n`

/** Two repositories of one account, whose IoT takes ten calls a second and throttles the rest. */
async function openAccount(t: Test, jobs: number) {
  const world = await aws(t, { timeScale: 1, limits: { rates: { iot: LIMIT } } })
  const roots = await Promise.all(
    ['fleet', 'kiosks'].map((team) => {
      const specs = Array.from({ length: jobs }, (_, n) => JSON.stringify(doc('IotJob', `${team}-${n}`, { n: n + 1 })))
      return repository(t, { 'jobwright.yaml': CONFIG, 'specs/jobs.yaml': specs.join('\n---\n') }, team)
    }),
  )
  return { world, roots }
}

type Account = Awaited<ReturnType<typeof openAccount>>
type Told = { readonly root: string; readonly at: number }

/** Reconciles both at once. `onCreated` is told each job. */
async function reconcileBoth({ world, roots }: Account, url: string, onCreated: (all: readonly Told[]) => void) {
  const created: Told[] = []
  const onLine = (root: string) => (text: string) => {
    const { type, step } = JSON.parse(text) as JsonLine
    if (type !== 'progress' || step !== 'created') return
    created.push({ root, at: performance.now() })
    onCreated(created)
  }
  const env = { ...world.env, JOBWRIGHT_LANES_URL: url }
  const runs = await Promise.all(
    roots.map((cwd) => start(['reconcile', '-o', 'json', '--settle', '0s'], { cwd, env, onLine: onLine(cwd) })),
  )
  return { runs, created }
}

async function countThrottles({ world }: Account): Promise<number> {
  const calls = (await world.control('GET', 'calls')) as { outcome: string; count: number }[]
  return calls.filter(({ outcome }) => outcome === 'ThrottlingException').reduce((sum, { count }) => sum + count, 0)
}

/** Every spec has one job, and nothing is left to do. */
async function assertComplete(t: Test, account: Account, runs: readonly Ran[], jobs: number): Promise<void> {
  t.same(
    runs.map(({ code }) => code),
    [0, 0],
    runs.map(({ stderr }) => stderr).join(''),
  )
  t.equal((await account.world.jobs()).length, 2 * jobs)
  t.equal(await countThrottles(account), 0)
  for (const cwd of account.roots)
    t.equal((await cli(['plan', '--exit-code'], { cwd, env: account.world.env })).code, 0)
}

const warningsOf = ({ lines }: Ran) => lines.filter(({ code }) => code === 'LANES_REDIS')

t.test(
  'two repositories share one limit: together never over it, and neither starves',
  { skip: NO_REDIS },
  async (t) => {
    const jobs = 40
    const account = await openAccount(t, jobs)
    const redis = await startRedis(t)
    const { runs, created } = await reconcileBoth(account, redis.url, () => {})
    await assertComplete(t, account, runs, jobs)
    t.same(runs.flatMap(warningsOf), [])
    const [one, other] = account.roots.map((root) => created.filter((told) => told.root === root).map(({ at }) => at))
    // While both create.
    const [from, to] = [Math.max(one![0]!, other![0]!), Math.min(one!.at(-1)!, other!.at(-1)!)]
    const [mine, theirs] = [one!, other!].map((all) => all.filter((at) => at >= from && at <= to).length)
    // `npm run prove` measures the shares on a quiet machine.
    t.ok(Math.min(mine!, theirs!) >= 0.6 * Math.max(mine!, theirs!), `${mine} and ${theirs}`)

    const at = { cwd: account.roots[0]!, env: { ...account.world.env, JOBWRIGHT_LANES_URL: redis.url } }
    for (const verb of ['lanes', 'status']) {
      const { lines } = await cli([verb, '-o', 'json'], at)
      const lane = lines.find(({ type }) => type === 'lane')
      t.match(lane, { name: /\/iot$/, perSecond: LIMIT, throttled: 0, waiting: 0 }, verb)
      t.ok((lane!['sent'] as number) >= 2 * jobs)
    }
    t.match((await cli(['lanes'], at)).stdout, /LANE +RATE .*\n.*\/iot +\S+\/s +10\/s/)
    t.comment(`${(((mine! + theirs! - 1) / (to - from)) * 1000).toFixed(2)} creates a second`)
  },
)

/** A proxy that can swallow all that comes from then on. */
async function openProxy(t: Test, port: number): Promise<{ readonly url: string; swallow(): void }> {
  let swallows = false
  const server = net.createServer((socket) => {
    const behind = net.connect(port, '127.0.0.1')
    socket.on('error', () => {}).on('close', () => behind.destroy())
    behind.on('error', () => {}).on('close', () => socket.destroy())
    socket.on('data', (data) => swallows || behind.write(data))
    behind.on('data', (data) => swallows || socket.write(data))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.teardown(() => server.close())
  const { port: own } = server.address() as net.AddressInfo
  return {
    url: `redis://127.0.0.1:${own}`,
    swallow: () => {
      swallows = true
    },
  }
}

type Trouble = (redis: RedisServer, proxy: { swallow(): void }) => void

const TROUBLES: Readonly<Record<string, Trouble>> = {
  killed: (redis) => void redis.kill(),
  stopped: (redis) => redis.signal('SIGSTOP'),
  flushed: (redis) => redis.cli('FLUSHALL'),
  'behind a proxy that swallows': (_redis, proxy) => proxy.swallow(),
}

for (const [name, strike] of Object.entries(TROUBLES))
  t.test(
    `Redis is ${name} in mid-run: the runs go on within the limit, warn once and lose nothing`,
    { skip: NO_REDIS },
    async (t) => {
      const jobs = 12
      const account = await openAccount(t, jobs)
      const redis = await startRedis(t)
      const proxy = await openProxy(t, redis.port)
      let isStruck = false
      const { runs } = await reconcileBoth(account, proxy.url, (created) => {
        const hasBoth = account.roots.every((root) => created.some((told) => told.root === root))
        if (isStruck || !hasBoth) return
        isStruck = true
        strike(redis, proxy)
      })
      await assertComplete(t, account, runs, jobs)
      const warnings = runs.map((ran) => warningsOf(ran).length)
      t.ok(Math.max(...warnings) === 1, warnings.join(' '))
      if (name !== 'flushed') t.same(warnings, [1, 1])
    },
  )

t.test('without lanes, the command says how to share them', async (t) => {
  const { world, roots } = await openAccount(t, 1)
  const { code, stdout } = await cli(['lanes'], { cwd: roots[0]!, env: world.env })
  t.equal(code, 0)
  t.match(stdout, /no lanes are shared[\s\S]*lanes\.url/)
})

t.test('a password of Redis is neither stored nor printed', { skip: NO_REDIS }, async (t) => {
  const { world, roots } = await openAccount(t, 1)
  const [cwd = ''] = roots
  const redis = await startRedis(t, '--requirepass', 'pa55word')
  const urls = [`redis://:pa55word@127.0.0.1:${redis.port}`, `redis://:not-pa55word@127.0.0.1:${redis.port}`]
  for (const url of [...urls, 'redis://:pa55word@127.0.0.1:1', 'redis://:pa55word@host?x']) {
    const env = { ...world.env, JOBWRIGHT_LANES_URL: url }
    for (const args of [
      ['--debug', 'reconcile', '--settle', '0s'],
      ['lanes', '-o', 'json'],
      ['status', '-o', 'json'],
      ['report', '--out', 'page.html'],
    ]) {
      const { stdout, stderr } = await cli(args, { cwd, env })
      t.notMatch(stdout + stderr, 'pa55word', args.join(' '))
    }
  }
  for (const file of fs.readdirSync(cwd, { recursive: true, encoding: 'utf8' })) {
    const full = path.join(cwd, file)
    if (fs.statSync(full).isFile()) t.notMatch(fs.readFileSync(full, 'latin1'), 'pa55word', file)
  }
})
