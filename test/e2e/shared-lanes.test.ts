import fs from 'node:fs'
import net from 'node:net'
import path from 'node:path'
import t, { type Test } from 'tap'
import { NO_REDIS, type RedisServer, startRedis } from '../redis/server.ts'
import { NO_TLS, startTlsRedis } from '../redis/tls-server.ts'
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
type Told = { readonly root: string; readonly line: JsonLine; readonly at: number }

/** Reconciles both at once. `onLine` is told all lines so far. */
async function reconcileBoth(
  { world, roots }: Account,
  url: string,
  options: readonly string[],
  onLine: (all: readonly Told[]) => void = () => {},
) {
  const told: Told[] = []
  const env = { ...world.env, JOBWRIGHT_LANES_URL: url }
  const runs = await Promise.all(
    roots.map((cwd) =>
      start(['reconcile', '-o', 'json', '--settle', '0s', ...options], {
        cwd,
        env,
        onLine: (text) => {
          told.push({ root: cwd, line: JSON.parse(text) as JsonLine, at: performance.now() })
          onLine(told)
        },
      }),
    ),
  )
  return { runs, told }
}

const isCreated = ({ line }: Told) => line.type === 'progress' && line['step'] === 'created'
const isWarned = ({ line }: Told) => line['code'] === 'LANES_REDIS'

/** Counts the calls to IoT, and those that it throttled. */
async function countCalls({ world }: Account) {
  const all = (await world.control('GET', 'calls')) as { service: string; outcome: string; count: number }[]
  const sum = (outcome: string) =>
    all
      .filter((one) => one.service === 'iot' && one.outcome.includes(outcome))
      .reduce((sum, { count }) => sum + count, 0)
  return { calls: sum(''), throttles: sum('ThrottlingException') }
}

/** Every spec has one job, and nothing is left to do. */
async function assertComplete(t: Test, account: Account, runs: readonly Ran[], jobs: number): Promise<void> {
  t.same(
    runs.map(({ code }) => code),
    [0, 0],
    runs.map(({ stderr }) => stderr).join(''),
  )
  t.equal((await account.world.jobs()).length, 2 * jobs)
  for (const cwd of account.roots)
    t.equal((await cli(['plan', '--exit-code'], { cwd, env: account.world.env })).code, 0)
}

const warningsOf = ({ lines }: Ran) => lines.filter(({ code }) => code === 'LANES_REDIS')

t.test(
  'two repositories share one limit: each call takes its turn in Redis, and neither starves',
  { skip: NO_REDIS },
  async (t) => {
    const jobs = 40
    const account = await openAccount(t, jobs)
    const redis = await startRedis(t)
    const { runs, told } = await reconcileBoth(account, redis.url, [])
    const { calls, throttles } = await countCalls(account)
    await assertComplete(t, account, runs, jobs)
    // How fast, and in which shares, `npm run prove` measures. On a slow machine, Redis may be late once.
    const warnings = runs.flatMap(warningsOf)
    t.same(
      warnings.filter(({ message }) => !String(message).includes('(TIMEOUT)')),
      [],
    )
    const [one, other] = account.roots.map((root) =>
      told.filter((one) => one.root === root && isCreated(one)).map(({ at }) => at),
    )
    t.ok(one![0]! < other!.at(-1)! && other![0]! < one!.at(-1)!, 'neither waits for the end of the other')
    t.comment(`${throttles} throttles`)

    const at = { cwd: account.roots[0]!, env: { ...account.world.env, JOBWRIGHT_LANES_URL: redis.url } }
    for (const verb of ['lanes', 'status']) {
      const { lines } = await cli([verb, '-o', 'json'], at)
      const lane = lines.find(({ type }) => type === 'lane')
      t.match(lane, { name: /\/iot$/, perSecond: LIMIT, waiting: 0 }, verb)
      if (warnings.length === 0) t.ok((lane!['sent'] as number) >= calls, `enough turns for ${calls} calls`)
    }
    t.match((await cli(['lanes'], at)).stdout, /LANE +RATE .*\n.*\/iot +\S+\/s +10\/s/)
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
      const jobs = 6
      const account = await openAccount(t, jobs)
      const redis = await startRedis(t)
      const proxy = await openProxy(t, redis.port)
      let isStruck = false
      let isEnding = false
      // The runs follow their jobs, which end only after the runs have met the trouble.
      const { runs } = await reconcileBoth(account, proxy.url, ['--wait', '--timeout', '2m'], (told) => {
        const who = (of: (one: Told) => boolean) => new Set(told.filter(of).map(({ root }) => root)).size
        if (!isStruck && who(isCreated) === 2) {
          isStruck = true
          strike(redis, proxy)
        }
        const isMet = who(isWarned) >= (name === 'flushed' ? 1 : 2)
        if (isEnding || !isMet || told.filter(isCreated).length < 2 * jobs) return
        isEnding = true
        void account.world.advance(60 * 24)
      })
      await assertComplete(t, account, runs, jobs)
      const warnings = runs.map((ran) => warningsOf(ran).length)
      t.equal(Math.max(...warnings), 1, warnings.join(' '))
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

t.test(
  'a server with TLS is used if its authority is known, and is as one that is away if not',
  { skip: NO_TLS },
  async (t) => {
    const { world, roots } = await openAccount(t, 2)
    const redis = await startTlsRedis(t, '--requirepass', 'pa55word')
    redis.cli('-a', 'pa55word', 'ACL', 'SETUSER', 'fleet', 'on', '>pa66word', '~jobwright:*', '+@all')
    const reconcile = (cwd: string, url: string, authority?: string): Promise<Ran> => {
      const trusted = authority !== undefined && { NODE_EXTRA_CA_CERTS: authority }
      const env = { ...world.env, JOBWRIGHT_LANES_URL: url, ...trusted }
      // Node reads NODE_EXTRA_CA_CERTS when it starts.
      return start(['reconcile', '-o', 'json', '--settle', '0s'], { cwd, env })
    }
    const good = await reconcile(roots[0]!, `rediss://fleet:pa66word@localhost:${redis.tlsPort}`, redis.authority)
    t.equal(good.code, 0)
    t.same(warningsOf(good), [])
    t.match(redis.cli('-a', 'pa55word', 'KEYS', '*'), /^jobwright:1:lane:/)
    for (const [url, authority, message, hint] of [
      [
        `rediss://fleet:pa66word@localhost:${redis.tlsPort}`,
        undefined,
        /no authority that this machine trusts/,
        /NODE_EXTRA_CA_CERTS/,
      ],
      [
        `rediss://fleet:pa66word@127.0.0.1:${redis.tlsPort}`,
        redis.authority,
        /is for another host/,
        /as the certificate names it/,
      ],
      [
        `redis://fleet:pa66word@localhost:${redis.tlsPort}`,
        undefined,
        /closed the connection/,
        /begin the URL with rediss:/,
      ],
      [`rediss://fleet:pa66word@localhost:${redis.port}`, undefined, /\(\w+\)/, /begin the URL with redis:/],
      [
        `rediss://fleet:wrong-pa66word@localhost:${redis.tlsPort}`,
        redis.authority,
        /rejects the user or the password/,
        /JOBWRIGHT_LANES_URL/,
      ],
    ] as const) {
      const ran = await reconcile(roots[1]!, url, authority)
      t.equal(ran.code, 0, 'the run goes on')
      t.match(warningsOf(ran), [{ message, hint, severity: 'warning' }])
      t.notMatch(ran.stdout + ran.stderr, /pa66word/)
    }
  },
)
