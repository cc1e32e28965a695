import { createHash } from 'node:crypto'
import fs from 'node:fs'
import http from 'node:http'
import path from 'node:path'
import t from 'tap'
import { build, cli, commit, type Files, folder, git, repository, start, write } from './process.ts'
import { aws, diskWith, doc, emulatorIn, environment, requestOf } from './world.ts'

build()
t.jobs = 2

const CANARY = 'canary-5f0e1c'

/** Everything that is in the files below a folder, but for Git's own. */
function textBelow(root: string): string {
  return fs
    .readdirSync(root, { recursive: true, encoding: 'utf8' })
    .map((name) => path.join(root, name))
    .filter((file) => !file.includes(`${path.sep}.git${path.sep}`) && fs.lstatSync(file).isFile())
    .map((file) => fs.readFileSync(file, 'utf8'))
    .join('\n')
}

/** The names of all files below a folder. */
function filesIn(root: string): Set<string> {
  return new Set(fs.readdirSync(root, { recursive: true, encoding: 'utf8' }))
}

/** A server between the program and its AWS that keeps every byte of every request. */
async function wire(
  t: { teardown(end: () => unknown): void },
  url: string,
): Promise<{ url: string; sent: () => string }> {
  let sent = ''
  const server = http.createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const body = Buffer.concat(chunks)
      sent += `${request.url}\n${request.rawHeaders.join('\n')}\n${decodeURIComponent(body.toString().replaceAll('+', ' '))}\n`
      const onward = http.request(new URL(request.url ?? '/', url), {
        method: request.method,
        headers: request.headers,
      })
      onward.on('response', (answer) => {
        response.writeHead(answer.statusCode ?? 500, answer.rawHeaders)
        answer.pipe(response)
      })
      onward.end(body)
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.teardown(() => server.close())
  const { port } = server.address() as { port: number }
  return { url: `http://127.0.0.1:${port}`, sent: () => sent }
}

t.test(
  'a spec reads no variable that jobwright.yaml does not list, and none of the families that hold credentials',
  async (t) => {
    const world = await aws(t)
    const { url, sent } = await wire(t, world.url)
    const names = [
      'ACTIONS_ID_TOKEN_REQUEST_TOKEN',
      'GITHUB_TOKEN',
      'RUNNER_TOKEN',
      'NPM_TOKEN',
      'NODE_AUTH_TOKEN',
      'DISK_PIN',
    ]
    const env = {
      ...environment(url),
      AWS_SESSION_TOKEN_COPY: CANARY,
      ...Object.fromEntries(names.map((name) => [name, CANARY])),
    }
    for (const name of ['AWS_SESSION_TOKEN_COPY', ...names]) {
      const cwd = await repository(t, { 'specs/disk.yaml': diskWith({ pinCode: { $env: name } }) })
      const [checked, run] = [
        await cli(['validate', '-o', 'json'], { cwd, env }),
        await cli(['reconcile'], { cwd, env }),
      ]
      t.match(checked, {
        code: 3,
        lines: [{ code: 'SPEC_VARIABLE', file: 'specs/disk.yaml', line: 1 }],
      })
      t.equal(run.code, 3, name)
      const refused = name !== 'DISK_PIN'
      t.match(run.stdout, refused ? /no spec may read/ : /env: \[DISK_PIN\]/, 'the way out')
      t.notMatch(sent() + run.stdout + run.stderr + textBelow(cwd), CANARY, name)

      const listed = `specs: [specs]\nenv:\n  - OTHER\n  - ${name}\n`
      write(cwd, { 'jobwright.yaml': listed })
      commit(cwd)
      const again = await cli(['validate', '-o', 'json'], { cwd, env })
      if (refused) {
        t.match(again, { code: 4, lines: [{ code: 'CONFIG_VARIABLE', file: 'jobwright.yaml', line: 4 }] }, name)
        t.equal((await cli(['reconcile'], { cwd, env })).code, 4)
        t.notMatch(sent(), CANARY)
      } else t.equal(again.code, 0)
    }
    t.notMatch(sent(), /CreateJob/)
  },
)

t.test('a listed variable is read when the job is created, and kept nowhere', async (t) => {
  const world = await aws(t)
  const { url, sent } = await wire(t, world.url)
  const cwd = await repository(t, {
    'jobwright.yaml': 'specs: [specs]\nenv: [DISK_PIN]\nlimits: { importexport: { perSecond: 50 } }\n',
    'specs/disk.yaml': diskWith({ pinCode: { $env: 'DISK_PIN' } }),
  })
  const run = await cli(['reconcile', '--settle', '1s'], { cwd, env: { ...environment(url), DISK_PIN: CANARY } })
  t.equal(run.code, 0, run.stdout)
  t.match(sent(), `pinCode: ${CANARY}`)
  t.notMatch(run.stdout + run.stderr + textBelow(cwd), CANARY)
  const [job] = await world.jobs()
  t.notMatch(JSON.stringify(job), CANARY)
  const digest = createHash('sha256').update(CANARY).digest('hex')
  t.match(JSON.stringify(job), `sha256:${digest}`, 'the emulator knows that the right one came')

  // A version that asked for no list made it: the job goes on, and nothing about the spec is an edit.
  write(cwd, { 'jobwright.yaml': 'specs: [specs]\n' })
  commit(cwd)
  const env = environment(url)
  const plan = await cli(['plan', '-o', 'json'], { cwd, env })
  t.match(plan, { code: 0, lines: [{ type: 'diagnostic', severity: 'warning', code: 'SPEC_VARIABLE' }] })
  t.strictSame(
    plan.lines.filter(({ type }) => type === 'planned').map(({ action }) => action),
    ['keep'],
  )
  t.equal((await cli(['validate'], { cwd, env })).code, 3)
})

t.test('the emulator of a run keeps digests of secrets in its folder', async (t) => {
  const cwd = folder(t, {
    'jobwright.yaml': 'env: [DISK_PIN, DISK_KEY, DISK_PASSWORD]\n',
    'specs/disk.yaml': diskWith({
      pinCode: { $env: 'DISK_PIN' },
      accessKeyId: { $env: 'DISK_KEY' },
      trueCryptPassword: { $env: 'DISK_PASSWORD' },
    }),
  })
  const env = { DISK_PIN: CANARY, DISK_KEY: `${CANARY}-key`, DISK_PASSWORD: `${CANARY}: "#word` }
  const run = await cli(['reconcile', '--emulator', '--wait'], { cwd, env })
  t.equal(run.code, 0, run.stdout)
  t.match(fs.readFileSync(path.join(emulatorIn(cwd), 'jobs.log'), 'utf8'), /pinCode: .?sha256:[0-9a-f]{64}/)
  t.notMatch(run.stdout + run.stderr + textBelow(cwd), CANARY)
  t.match(await cli(['reconcile', '--emulator'], { cwd, env }), { code: 0 }, 'and nothing is an edit')
})

t.test('an endpoint of jobwright.yaml is this machine or a host of AWS, and no other is even looked up', async (t) => {
  const spy = folder(t, {
    'spy.mjs':
      "import dns from 'node:dns'\nconst real = dns.lookup\ndns.lookup = (host, ...rest) => (process.stderr.write(`LOOKUP ${host}\\n`), real(host, ...rest))\n",
  })
  const node = ['--import', path.join(spy, 'spy.mjs')]
  const env = { AWS_ACCESS_KEY_ID: 'x', AWS_SECRET_ACCESS_KEY: CANARY, AWS_EC2_METADATA_DISABLED: 'true' }
  const cwd = await repository(t, { 'specs/lamp.yaml': doc('IotJob', 'lamp') })
  for (const [endpoint, isAllowed] of [
    ['http://127.0.0.1:4599', true],
    ['https://iot.eu-west-1.amazonaws.com', true],
    ['https://canary.example', false],
    ['https://iot.eu-west-1.amazonaws.com.evil.example', false],
    ['https://abc123.execute-api.eu-west-1.amazonaws.com', false],
    ['http://127.0.0.1.nip.io', false],
  ] as const) {
    write(cwd, {
      'jobwright.yaml': `targets:\n  prod:\n    region: eu-west-1\n    endpoint: ${JSON.stringify(endpoint)}\ndefaultTarget: prod\n`,
    })
    const checked = await cli(['validate', '-o', 'json'], { cwd, env })
    if (isAllowed) t.equal(checked.code, 0, endpoint)
    else t.match(checked, { code: 4, lines: [{ code: /^CONFIG_(ENDPOINT|PATTERN)$/, line: 4 }] }, endpoint)
    if (isAllowed) continue
    const run = await start(['plan'], { cwd, env, node })
    t.equal(run.code, 4, endpoint)
    t.notMatch(run.stderr, /LOOKUP/, endpoint)
  }
  fs.rmSync(path.join(cwd, 'jobwright.yaml'))
  const own = await start(['plan'], {
    cwd,
    node,
    env: { ...env, AWS_REGION: 'eu-west-1', AWS_ENDPOINT_URL: 'https://canary.invalid' },
  })
  t.match(own.stderr, /LOOKUP canary\.invalid/, 'the operator may name another')
})

/** Makes a bare repository, as a commit could bring one, whose hook leaves a file. */
function committedBare(cwd: string, name: string, mark: string): void {
  git(cwd, 'init', '--quiet', '--bare', name)
  fs.writeFileSync(path.join(cwd, name, 'hooks', 'pre-receive'), `#!/bin/sh\nenv > ${mark}\n`, { mode: 0o755 })
  fs.writeFileSync(path.join(cwd, name, 'hooks', 'update'), `#!/bin/sh\nenv > ${mark}\n`, { mode: 0o755 })
}

t.test('the state goes to a remote that Git knows, never to a repository that was committed', async (t) => {
  const mark = path.join(folder(t, {}), 'hook-ran')
  const env = { AWS_REGION: 'eu-west-1', AWS_SECRET_ACCESS_KEY: CANARY, AWS_ACCESS_KEY_ID: 'x' }
  for (const remote of ['specs/evil.git', 'evil', '--upload-pack=evil']) {
    const cwd = folder(t, {
      'jobwright.yaml': { state: { store: 'git', remote } },
      'specs/lamp.yaml': doc('IotJob', 'lamp'),
    })
    git(cwd, 'init', '--quiet')
    for (const name of ['specs/evil.git', 'evil']) committedBare(cwd, name, mark)
    for (const command of [['validate'], ['reconcile'], ['init', '--region', 'eu-west-1']]) {
      const run = await cli(command, { cwd, env })
      t.equal(run.code, 4, `${command.join(' ')} with ${remote}`)
      t.match(run.stdout, /jobwright\.yaml:1:\d+: error CONFIG_(REMOTE|PATTERN)/)
    }
  }
  // A remote with settings but without an address is a path as well.
  for (const remote of [undefined, 'origin']) {
    const cwd = folder(t, {
      'jobwright.yaml': { state: { store: 'git', remote } },
      'specs/lamp.yaml': doc('IotJob', 'lamp'),
    })
    git(cwd, 'init', '--quiet')
    git(cwd, 'config', 'remote.origin.prune', 'true')
    committedBare(cwd, 'origin', mark)
    const run = await cli(['init', '--region', 'eu-west-1'], { cwd, env })
    t.equal(run.code, remote === undefined ? 0 : 4)
  }
  t.notOk(fs.existsSync(mark), 'no hook ran')
})

t.test('a branch or a path of the state that is no name is refused at its line', async (t) => {
  for (const state of [
    { store: 'git', branch: 'a..b' },
    { store: 'git', path: '../x.json' },
    { store: 'file', path: '../x.json' },
    { store: 'file', path: '.git/hooks/post-checkout' },
  ]) {
    const cwd = folder(t, { 'repo/jobwright.yaml': { state }, 'repo/specs/lamp.yaml': doc('IotJob', 'lamp') })
    const repo = path.join(cwd, 'repo')
    git(repo, 'init', '--quiet')
    for (const command of [['validate'], ['init', '--region', 'eu-west-1'], ['reconcile']]) {
      const run = await cli(command, { cwd: repo })
      t.equal(run.code, 4, JSON.stringify(state))
      t.match(run.stdout, /jobwright\.yaml:1:\d+: error CONFIG_(OUTSIDE|PATTERN)/, JSON.stringify(state))
    }
    t.strictSame(fs.readdirSync(cwd), ['repo'])
  }
  const specs = folder(t, { 'jobwright.yaml': { specs: ['specs', '../other/*.yaml'] } })
  const run = await cli(['new', 'IotJob', 'lamp'], { cwd: specs })
  t.match(run, { code: 4, stdout: /jobwright\.yaml:1:\d+: error CONFIG_OUTSIDE/ })
})

t.test('the operator may keep the state in a folder elsewhere, and says so in the environment', async (t) => {
  const cwd = folder(t, { 'repo/x': '', 'states/x': '' })
  const [repo, states] = [path.join(cwd, 'repo'), path.join(cwd, 'states')]
  write(repo, { 'jobwright.yaml': { state: { store: 'file', path: '../states/jobs.state.json' } } })
  t.equal((await cli(['init', '--region', 'eu-west-1'], { cwd: repo })).code, 4)
  const env = { JOBWRIGHT_STATE_FOLDER: states }
  t.equal((await cli(['init', '--new-state', '--region', 'eu-west-1'], { cwd: repo, env })).code, 0)
  t.ok(fs.existsSync(path.join(states, 'jobs.state.json')))

  write(repo, { 'jobwright.yaml': { state: { store: 'file', path: 'state/jobs.state.json' } } })
  fs.symlinkSync(states, path.join(repo, 'state'))
  t.match(await cli(['status'], { cwd: repo }), { code: 4, stdout: /error FILE_LINK: state is a link/ })
  t.equal((await cli(['status'], { cwd: repo, env })).code, 0)
  t.equal(
    (await cli(['status'], { cwd: repo, env: { JOBWRIGHT_STATE_FOLDER: repo } })).code,
    4,
    'another folder is no leave',
  )
})

/** Links that a commit could bring, from where they stand to what they lead to, outside of the repository. */
const LINKS: readonly (readonly [link: string, to: string, more?: Files])[] = [
  ['.jobwright', ''],
  ['.jobwright/emulator', ''],
  ['.jobwright/emulator/aws', ''],
  ['.jobwright/emulator/aws/jobs.log', 'target'],
  ['.jobwright/emulator/aws/clock', 'target'],
  ['.jobwright/emulator/jobs.state.json', 'target'],
  ['.jobwright/emulator/jobs.state.json.journal', 'target'],
  ['.jobwright/emulator/jobs.state.json.lock', 'target'],
]

t.test('nothing of a run with --emulator is written through a link', async (t) => {
  for (const [link, to] of LINKS) {
    const cwd = folder(t, { 'repo/specs/lamp.yaml': doc('IotJob', 'lamp'), 'outside/kept': 'kept' })
    const repo = path.join(cwd, 'repo')
    fs.mkdirSync(path.dirname(path.join(repo, link)), { recursive: true })
    fs.symlinkSync(path.join(cwd, 'outside', to), path.join(repo, link))
    for (const command of [['reconcile'], ['plan', '--offline']]) {
      const run = await cli([...command, '--emulator'], { cwd: repo })
      t.match(run, { code: 4, stdout: /error FILE_LINK: \.jobwright\S* is a link/ }, `${command.join(' ')}: ${link}`)
    }
    t.strictSame(fs.readdirSync(path.join(cwd, 'outside')), ['kept'], link)
  }
})

t.test('no state of one machine, and no new file, is written through a link', async (t) => {
  for (const link of [
    'state',
    'state/jobs.state.json',
    'state/jobs.state.json.journal',
    'state/jobs.state.json.lock',
  ]) {
    const cwd = folder(t, { 'repo/specs/lamp.yaml': doc('IotJob', 'lamp'), 'outside/kept': 'kept' })
    const repo = path.join(cwd, 'repo')
    write(repo, { 'jobwright.yaml': { state: { store: 'file', path: 'state/jobs.state.json' } } })
    git(repo, 'init', '--quiet')
    fs.mkdirSync(path.dirname(path.join(repo, link)), { recursive: true })
    fs.symlinkSync(path.join(cwd, 'outside', link === 'state' ? '' : 'target'), path.join(repo, link))
    for (const command of [['reconcile'], ['status'], ['init', '--region', 'eu-west-1']]) {
      const run = await cli(command, { cwd: repo, env: { AWS_REGION: 'eu-west-1' } })
      t.match(run, { code: 4, stdout: /error FILE_LINK: state\S* is a link/ }, `${command.join(' ')}: ${link}`)
    }
    t.strictSame(fs.readdirSync(path.join(cwd, 'outside')), ['kept'], link)
  }
  for (const link of ['specs', '.vscode', '.schemas', 'specs/.schemas']) {
    const cwd = folder(t, { 'repo/x': '', 'outside/kept': 'kept' })
    const repo = path.join(cwd, 'repo')
    fs.mkdirSync(path.dirname(path.join(repo, link)), { recursive: true })
    fs.symlinkSync(path.join(cwd, 'outside'), path.join(repo, link))
    await cli(['init', '--region', 'eu-west-1', '--store', 'file'], { cwd: repo })
    await cli(['new', 'IotJob', 'lamp'], { cwd: repo })
    t.strictSame(fs.readdirSync(path.join(cwd, 'outside')), ['kept'], link)
  }
})

t.test(
  'the input of the workflow runs listed verbs with listed options, and nothing happens before it is checked',
  async (t) => {
    const cwd = await repository(t, { 'specs/lamp.yaml': doc('IotJob', 'lamp') })
    const before = filesIn(cwd)
    const run = (command: string, env: Record<string, string> = {}) => cli(['__line', command], { cwd, env })
    for (const [command, said] of [
      ['reconcile --spec /etc/passwd', /does not take "--spec" with reconcile.*--only/s],
      ['reconcile --spec=/etc/passwd', /"--spec"/],
      ['plan --allow-dirty', /"--allow-dirty"/],
      ['plan -o=json', /"-o"/],
      ['plan -ojson', /\\"-ojson\\"/],
      ['plan -- --spec x', /"--"/],
      ['plan --help', /"--help"/],
      ['status --only IotJob/lamp /etc/passwd', /"\/etc\/passwd" after status.*KIND\/NAME/s],
      ['reconcile IotJob/lamp', /after reconcile.*--only/s],
      ['resolve IotJob/lamp --not-created --force', /--force unless the repository allows it.*JOBWRIGHT_ALLOW_FORCE/s],
      ['cancel IotJob/lamp --force', /JOBWRIGHT_ALLOW_FORCE/],
      ['adopt IotJob lamp-1 --yes', /"--yes"/],
      [
        'init --new-state',
        /does not run "init".*reconcile, plan, status, adopt, resolve, next, skip, cancel, baseline, acknowledge/s,
      ],
      ['paperwork ImportExportJob/disk --out /tmp', /does not run "paperwork"/],
      ['schema --out /tmp', /does not run "schema"/],
      ['emulator --dir /tmp', /does not run "emulator"/],
      ['__line plan', /does not run "__line"/],
      ['__complete addresses', /does not run "__complete"/],
      ['--version', /does not run "--version"/],
      ['constructor', /does not run "constructor"/],
      [' ', /is empty/],
    ] as const) {
      const refused = await run(command)
      t.equal(refused.code, 1, command)
      t.match(refused.stdout, said, command)
    }
    t.strictSame(filesIn(cwd), before)
    for (const command of [
      'plan --offline --only IotJob/lamp --output json',
      'status IotJob/lamp',
      "baseline --emulator --only 'IotJob/lamp'",
    ])
      t.equal((await run(command)).code, 0, command)
    t.match(
      (await run('cancel IotJob/lamp --force --reason "--spec"', { JOBWRIGHT_ALLOW_FORCE: 'true' })).stdout,
      /^(?!.*JOBWRIGHT_ALLOW_FORCE)(?!.*does not take)/s,
      'with the variable, --force is taken',
    )
  },
)

t.test('no output holds a command of a runner, whether or not it says that it is one', async (t) => {
  const name = 'x##[add-mask]y##[error]'
  const cwd = folder(t, {
    [`specs/${name}.yaml`]: `kind: "${name}"\napiVersion: "${name}"\n`,
    'jobwright.yaml': `specs: ["specs", "${name}"]\n`,
  })
  for (const command of [
    ['validate'],
    ['plan', '--offline', '--emulator'],
    ['validate', '-o', 'json'],
    ['validate', '-o', 'sarif'],
    [name],
  ]) {
    const run = await cli(command, { cwd })
    t.match(run.stdout + run.stderr, /add-mask|unknown command/, 'the text is there')
    t.notMatch(run.stdout + run.stderr, /##\[/, command.join(' '))
  }
})

t.test('the guard of updates refuses a run that changes more running jobs', async (t) => {
  const world = await aws(t)
  const jobs = (description: string) =>
    Object.fromEntries(
      [1, 2, 3].map((n) => [
        `specs/lamp-${n}.yaml`,
        doc('IotJob', `lamp-${n}`, { spec: { ...requestOf('IotJob', n), description } }),
      ]),
    )
  const cwd = await repository(t, { 'jobwright.yaml': 'guards: { maxUpdates: 2 }\n', ...jobs('night') })
  const { env } = world
  t.equal((await cli(['reconcile'], { cwd, env })).code, 0)
  write(cwd, jobs('day'))
  commit(cwd)
  const run = await cli(['reconcile', '-o', 'json'], { cwd, env })
  t.match(run, { code: 7 })
  t.match(
    run.lines.find(({ code }) => code === 'GUARD_UPDATES'),
    { message: 'this reconcile would update 3 jobs; guards.maxUpdates allows 2', hint: /guards\.maxUpdates: 3/ },
  )
  t.notMatch(JSON.stringify(await world.jobs()), /"day"/)
  write(cwd, { 'jobwright.yaml': 'guards: { maxUpdates: 3 }\n' })
  commit(cwd)
  t.equal((await cli(['reconcile'], { cwd, env })).code, 0)
  t.equal(JSON.stringify(await world.jobs()).split('"day"').length - 1 >= 3, true)
})
