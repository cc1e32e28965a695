import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import fs from 'node:fs'
import path from 'node:path'
import t, { type Test } from 'tap'
import { emptyState } from '../../src/model/state.ts'
import {
  build,
  cli,
  commit,
  type Files,
  folder,
  git,
  type Ran,
  repository,
  rewriteState,
  stateOf,
  write,
} from './process.ts'
import { aws, doc } from './world.ts'

build()
// The children do the work: as many tests as there are processors may wait for theirs.
t.jobs = 2

/** Virtual minutes in which every job ends. */
const MINUTES_OVER = 60
const CONFIG = 'state: { store: file }\n'
const FILES: Files = {
  'jobwright.yaml': CONFIG,
  'specs/a.yaml': doc('IotJob', 'a', { n: 1 }),
  'specs/b.yaml': doc('IotJob', 'b', { n: 2 }),
  'specs/deep/c.yaml': doc('IotJob', 'c', { n: 3 }),
  'other/notes.yaml': 'a: 1\n',
}
/** What a plan that was remembered says, once the memory is marked. */
const MARK = 'This was remembered'
const AS_ADA = ['-c', 'user.name=Ada', '-c', 'user.email=ada@fleet.example']

type Project = {
  readonly cwd: string
  readonly env: Record<string, string>
  readonly world: Awaited<ReturnType<typeof aws>>
}

/** A repository whose jobs have ended, with their state in a file. */
async function finished(t: Test, files: Files = FILES): Promise<Project> {
  const world = await aws(t)
  const cwd = await repository(t, files)
  for (const step of [0, MINUTES_OVER]) {
    await world.advance(step)
    const ran = await cli(['reconcile'], { cwd, env: world.env })
    t.equal(ran.code, 0, ran.stdout + ran.stderr)
  }
  return { cwd, env: world.env, world }
}

function memoOf(cwd: string): string | undefined {
  const at = path.join(cwd, '.git/jobwright')
  const name = fs.existsSync(at) ? fs.readdirSync(at).find((one) => one.startsWith('idle-')) : undefined
  return name && path.join(at, name)
}

/** Changes what is remembered, as somebody may who knows its form. */
function forge(cwd: string, change: (body: string) => string): void {
  const file = memoOf(cwd)!
  const [first = '', body = ''] = fs.readFileSync(file, 'utf8').split('\n')
  const changed = change(body)
  const digest = createHash('sha256').update(changed).digest('base64')
  fs.writeFileSync(file, `${first.slice(0, first.lastIndexOf(' '))} ${digest}\n${changed}\n`)
}

/** Makes a plan that is remembered, and marks it. */
async function remember(t: Test, { cwd, env }: Project): Promise<Ran> {
  const plan = await cli(['plan'], { cwd, env })
  t.ok(memoOf(cwd), `it was remembered: ${plan.stdout}`)
  forge(cwd, (body) => body.replace('Nothing to do', MARK))
  return plan
}

const edit = (cwd: string, file: string, change: (text: string) => string): void => {
  const at = path.join(cwd, file)
  const before = fs.readFileSync(at, 'utf8')
  if (change(before) === before) throw new Error(`nothing of ${file} was changed`)
  fs.writeFileSync(at, change(before))
}

const head = (cwd: string): string => execFileSync('git', ['rev-parse', 'HEAD'], { cwd, encoding: 'utf8' }).trim()

const committing = (cwd: string, change: () => void): void => {
  change()
  commit(cwd)
}

/** Changes of what a plan follows from. */
const CHANGES: readonly (readonly [what: string, make: (cwd: string) => void])[] = [
  ['an edited spec', (cwd) => edit(cwd, 'specs/a.yaml', (text) => text.replace('"name":"a"', '"name":"z"'))],
  ['an edited comment', (cwd) => edit(cwd, 'specs/a.yaml', (text) => `# new\n${text}`)],
  ['another line end', (cwd) => edit(cwd, 'specs/a.yaml', (text) => `${text}\r\n`)],
  ['a byte order mark', (cwd) => edit(cwd, 'specs/a.yaml', (text) => `\uFEFF${text}`)],
  ['a new spec', (cwd) => write(cwd, { 'specs/new.yaml': doc('IotJob', 'new', { n: 4 }) })],
  [
    'a new spec, committed',
    (cwd) => committing(cwd, () => write(cwd, { 'specs/new.yaml': doc('IotJob', 'new', { n: 4 }) })),
  ],
  ['an empty spec file', (cwd) => write(cwd, { 'specs/new.yaml': '' })],
  ['a file that is almost a spec', (cwd) => write(cwd, { 'specs/new.YAML': 'a: 1\n' })],
  ['a removed spec', (cwd) => fs.rmSync(path.join(cwd, 'specs/deep/c.yaml'))],
  ['a removed spec, committed', (cwd) => committing(cwd, () => fs.rmSync(path.join(cwd, 'specs/b.yaml')))],
  ['a renamed spec file', (cwd) => fs.renameSync(path.join(cwd, 'specs/a.yaml'), path.join(cwd, 'specs/z.yaml'))],
  [
    'two files that are exchanged',
    (cwd) => {
      const [a, b] = ['specs/a.yaml', 'specs/b.yaml'].map((one) => path.join(cwd, one)) as [string, string]
      const text = fs.readFileSync(a)
      fs.writeFileSync(a, fs.readFileSync(b))
      fs.writeFileSync(b, text)
    },
  ],
  [
    'a link in the place of a spec',
    (cwd) => {
      fs.renameSync(path.join(cwd, 'specs/b.yaml'), path.join(cwd, 'other/b.yaml'))
      fs.symlinkSync('../other/b.yaml', path.join(cwd, 'specs/b.yaml'))
    },
  ],
  [
    'a link in the place of a folder',
    (cwd) => {
      fs.renameSync(path.join(cwd, 'specs/deep'), path.join(cwd, 'other/deep'))
      fs.symlinkSync('../other/deep', path.join(cwd, 'specs/deep'))
    },
  ],
  ['a spec that is no text', (cwd) => fs.writeFileSync(path.join(cwd, 'specs/a.yaml'), Buffer.of(0xff, 0xfe))],
  ['a YAML file of HEAD that is missing', (cwd) => fs.rmSync(path.join(cwd, 'other/notes.yaml'))],
  ['an edited configuration', (cwd) => edit(cwd, 'jobwright.yaml', (text) => `${text}guards: { maxCreates: 5 }\n`)],
  ['an error in the configuration', (cwd) => edit(cwd, 'jobwright.yaml', (text) => `${text}gards: {}\n`)],
  ['other folders of specs', (cwd) => edit(cwd, 'jobwright.yaml', (text) => `${text}specs: [specs/deep]\n`)],
  ['a commit without changes', (cwd) => git(cwd, ...AS_ADA, 'commit', '--quiet', '--allow-empty', '-m', 'empty')],
  ['an amended commit', (cwd) => git(cwd, ...AS_ADA, 'commit', '--quiet', '--amend', '--allow-empty', '-m', 'other')],
  [
    'another branch with another spec',
    (cwd) => {
      git(cwd, 'checkout', '--quiet', '-b', 'x')
      committing(cwd, () => edit(cwd, 'specs/a.yaml', (text) => `${text}\n`))
    },
  ],
  ['a detached parent commit', (cwd) => git(cwd, 'checkout', '--quiet', '--detach', 'HEAD~1')],
  ['no state', (cwd) => fs.rmSync(path.join(cwd, 'jobs.state.json'))],
  [
    'a job that is in progress',
    (cwd) => edit(cwd, 'jobs.state.json', (text) => text.replace(/"type": ?"Succeeded"/, '"type":"InProgress"')),
  ],
  ['a damaged state', (cwd) => edit(cwd, 'jobs.state.json', (text) => text.slice(0, -20))],
  [
    'the state of another project',
    (cwd) => edit(cwd, 'jobs.state.json', (text) => text.replace(/"project": ?"."/, '"project":"x"')),
  ],
  ['a damaged journal', (cwd) => fs.appendFileSync(path.join(cwd, 'jobs.state.json.journal'), 'x\n')],
  [
    'a link in the place of the state',
    (cwd) => {
      fs.renameSync(path.join(cwd, 'jobs.state.json'), path.join(cwd, 'other/state.json'))
      fs.symlinkSync('other/state.json', path.join(cwd, 'jobs.state.json'))
    },
  ],
  [
    'a link in the place of the lock',
    (cwd) => {
      fs.rmSync(path.join(cwd, 'jobs.state.json.lock'), { force: true })
      fs.symlinkSync('other/lock', path.join(cwd, 'jobs.state.json.lock'))
    },
  ],
  [
    'a file in the place of a folder',
    (cwd) => {
      fs.rmSync(path.join(cwd, 'other'), { recursive: true })
      write(cwd, { other: 'nothing\n' })
    },
  ],
  [
    'a state behind a link to itself',
    (cwd) => {
      fs.symlinkSync('round', path.join(cwd, 'round'))
      write(cwd, { 'jobwright.yaml': 'state: { store: file, path: round/x.json }\n' })
    },
  ],
  [
    'a state with a name that is too long',
    (cwd) => write(cwd, { 'jobwright.yaml': `state: { store: file, path: ${'x'.repeat(300)}.json }\n` }),
  ],
  [
    'a state below a file',
    (cwd) => write(cwd, { 'jobwright.yaml': 'state: { store: file, path: specs/a.yaml/x.json }\n' }),
  ],
  ['a broken configuration of Git', (cwd) => fs.appendFileSync(path.join(cwd, '.git/config'), '[broken\n')],
  ['a broken configuration of the user', (cwd) => write(cwd, { '.gitconfig': '[broken\n' })],
  ['no objects', (cwd) => fs.rmSync(path.join(cwd, '.git/objects'), { recursive: true })],
  [
    'a commit that is lost',
    (cwd) =>
      fs.rmSync(
        path.join(
          cwd,
          '.git/objects',
          head(cwd).replace(/^../, (folder) => `${folder}/`),
        ),
      ),
  ],
  ['no repository', (cwd) => fs.renameSync(path.join(cwd, '.git'), path.join(cwd, '.tig'))],
]

/** Changes of the disk alone: Jobwright reads the same text under the same name. */
const SAME = new Set(['a link in the place of a spec'])

t.test('a plan is repeated only if nothing that it follows from has changed', async (t) => {
  const project = await finished(t)
  const { cwd, env } = project
  git(cwd, ...AS_ADA, 'commit', '--quiet', '--allow-empty', '-m', 'second')
  const first = await remember(t, project)
  t.match(first.stdout, /Nothing to do: 3 specs, 3 jobs, all finished \(3 succeeded\)\./)
  const copy = path.join(t.testdir({}), 'copy')
  for (const [what, make] of CHANGES) {
    t.match((await cli(['plan'], { cwd, env })).stdout, MARK, `before ${what}`)
    fs.cpSync(cwd, copy, { recursive: true, verbatimSymlinks: true, preserveTimestamps: true })
    make(cwd)
    const [plan, uncached] = [await cli(['plan'], { cwd, env }), await cli(['plan', '--no-cache'], { cwd, env })]
    if (!SAME.has(what)) t.notMatch(plan.stdout, MARK, what)
    t.equal(plan.stdout.replace(MARK, 'Nothing to do'), uncached.stdout, what)
    t.equal(plan.stderr, uncached.stderr, what)
    t.equal(plan.code, uncached.code, what)
    t.notMatch(plan.stderr, 'a bug in Jobwright', what)
    fs.rmSync(cwd, { recursive: true })
    fs.renameSync(copy, cwd)
  }
  t.match((await cli(['plan'], { cwd, env })).stdout, MARK, 'at the end')
  fs.cpSync(cwd, copy, { recursive: true })
  t.match((await cli(['plan'], { cwd: path.join(copy, 'specs'), env })).stdout, MARK, 'in a folder of a copy')
  write(copy, { 'specs/new.yaml': doc('IotJob', 'new', { n: 4 }) })
  t.match((await cli(['plan'], { cwd: copy, env })).stdout, /blocked +IotJob\/new/, 'the copy goes its own way')
})

t.test('a plan is not repeated for other options, another environment, or after a day', async (t) => {
  const project = await finished(t)
  const { cwd, env } = project
  await remember(t, project)
  const isRepeated = async (args: readonly string[], more: Record<string, string> = {}): Promise<boolean> =>
    (await cli(['plan', ...args], { cwd, env: { ...env, ...more } })).stdout.includes(MARK)
  const before = fs.readFileSync(memoOf(cwd)!)
  const check = async (
    isExpected: boolean,
    args: readonly string[],
    more: Record<string, string> = {},
  ): Promise<void> => {
    fs.writeFileSync(memoOf(cwd)!, before)
    t.equal(await isRepeated(args, more), isExpected, JSON.stringify([args, more]))
  }
  for (const args of [[], ['--exit-code'], ['--no-color'], ['--debug']]) await check(true, args)
  for (const args of [
    ['--output', 'json'],
    ['--no-cache'],
    ['--offline'],
    ['--full'],
    ['--refresh'],
    ['--only', 'IotJob/a'],
  ])
    await check(false, args)
  for (const args of [
    ['IotJob/a'],
    ['--spec', 'specs/a.yaml'],
    ['--emulator'],
    ['--allow-dirty'],
    ['--allow-removals'],
  ])
    await check(false, args)
  await check(true, [], { NO_COLOR: '1', AWS_ACCESS_KEY_ID: 'AKIAOTHER', TERM: 'dumb' })
  for (const name of ['JOBWRIGHT_WAITS', 'JOBWRIGHT_STATE_FOLDER', 'GIT_DIR'])
    await check(false, [], { [name]: '/elsewhere' })
  const DAY_MS = 24 * 60 * 60 * 1000
  for (const by of [-DAY_MS - 60_000, 60_000]) {
    fs.writeFileSync(memoOf(cwd)!, before)
    forge(cwd, (body) => body.replace(/"at":(\d+)/, (_, at: string) => `"at":${Number(at) + by}`))
    t.notOk(await isRepeated([]), `${by} ms from now`)
  }
})

t.test('a damaged memory of a plan is not used', async (t) => {
  const project = await finished(t)
  const { cwd, env } = project
  await remember(t, project)
  const whole = fs.readFileSync(memoOf(cwd)!)
  const damages: readonly (readonly [string, () => void])[] = [
    ['half of it', () => fs.writeFileSync(memoOf(cwd)!, whole.subarray(0, whole.length / 2))],
    ['nothing', () => fs.writeFileSync(memoOf(cwd)!, '')],
    ['another byte', () => fs.writeFileSync(memoOf(cwd)!, whole.toString().replace('remembered', 'Remembered'))],
    ['another build', () => fs.writeFileSync(memoOf(cwd)!, whole.toString().replace(/ 1 [0-9a-f]/, ' 1 x'))],
    ...['7', 'null', '[]', '{}', '{"at":0,"facts":null}', '{"said":{"heading":"x"}}'].map(
      (body): [string, () => void] => [body, () => forge(cwd, () => body)],
    ),
    ['a name that is none', () => forge(cwd, (body) => body.replace(/"unread":\[/, '"unread":["a\\u0000b",'))],
    [
      'a name that is too long',
      () => forge(cwd, (body) => body.replace(/"unread":\[/, `"unread":["${'x'.repeat(300)}",`)),
    ],
    ['a state that is none', () => forge(cwd, (body) => body.replace(/"state":"jobs/, '"state":"\\u0000jobs'))],
    ['specs that are none', () => forge(cwd, (body) => body.replace('"patterns":[', '"patterns":["\\u0000",'))],
    ['no facts', () => forge(cwd, (body) => body.replace(/"facts":\{[^}]*\}/, '"facts":null'))],
    ['texts that are numbers', () => forge(cwd, (body) => body.replace(/"unread":\[[^\]]*\]/, '"unread":[7]'))],
  ]
  for (const [what, damage] of damages) {
    fs.writeFileSync(memoOf(cwd)!, whole)
    damage()
    const plan = await cli(['plan'], { cwd, env })
    t.match(plan.stdout, 'Nothing to do: 3 specs', what)
    t.equal(plan.stderr, '')
    t.equal(plan.code, 0)
  }
  fs.writeFileSync(memoOf(cwd)!, whole)
  forge(cwd, (body) => body.replace(MARK, `${MARK}\\u001b[31m\\n ##[group]`))
  const hostile = await cli(['plan'], { cwd, env: { ...env, GITHUB_ACTIONS: 'true', NO_COLOR: '1' } })
  t.match(hostile.stdout, `${MARK}\\x1b[31m\\n ##\\x5bgroup]`)
})

t.test('a run that acts never relies on a plan that was remembered', async (t) => {
  const project = await finished(t)
  const { cwd, env } = project
  await remember(t, project)
  const state = path.join(cwd, 'jobs.state.json')
  // As if nobody had ever run the job of a spec.
  rewriteState(cwd, (text) => {
    const { records, ...rest } = JSON.parse(text) as { records: Record<string, unknown> }
    const { 'IotJob/a': _lost, ...others } = records
    return JSON.stringify({ ...rest, records: others })
  })
  fs.rmSync(`${state}.journal`, { force: true })
  // The worst that somebody can do who writes to the Git folder.
  const digest = createHash('sha256').update(fs.readFileSync(state)).digest('base64')
  forge(cwd, (body) => body.replace(/"state":"[^"]*","journal":"[^"]*"/, `"state":"${digest}","journal":"missing"`))
  t.match((await cli(['plan'], { cwd, env })).stdout, MARK, 'the forgery is what a plan believes')
  t.match((await cli(['plan', '--no-cache'], { cwd, env })).stdout, /adopt +IotJob\/a/)
  for (const verb of ['validate', 'status']) t.notMatch((await cli([verb], { cwd, env })).stdout, MARK, verb)
  t.match((await cli(['reconcile'], { cwd, env })).stdout, /adopt +IotJob\/a/)
  t.match(fs.readFileSync(state, 'utf8'), '"IotJob/a"')
})

/** Projects whose plan does not follow from files alone, or needs to say something. */
const OTHERS: readonly (readonly [what: string, files: Files])[] = [
  [
    'a file that a spec names',
    { 'specs/a.yaml': doc('IotJob', 'a', { spec: withDocument() }), 'specs/doc.json': '{}\n' },
  ],
  ['a schedule', { 'specs/a.yaml': doc('IotJob', 'a', { policy: { schedule: { cron: '0 0 1 1 *' } } }) }],
  ['a warning', { 'specs/d.yml.txt': 'a: 1\n' }],
  ['a spec on hold', { 'specs/d.yaml': doc('IotJob', 'd', { n: 4, policy: { hold: true } }) }],
  ['an error', { 'specs/d.yaml': 'kind: IotJob\n' }],
]

function withDocument() {
  const { document: _text, documentSource: _url, ...rest } = doc('IotJob', 'a').spec
  return { ...rest, document: { $file: 'doc.json' } }
}

t.test('a plan that needs more than files, or says more, is not remembered', async (t) => {
  for (const [what, files] of OTHERS) {
    const world = await aws(t)
    const cwd = await repository(t, { ...FILES, ...files })
    for (const step of [0, MINUTES_OVER]) {
      await world.advance(step)
      await cli(['reconcile'], { cwd, env: world.env })
    }
    await cli(['plan'], { cwd, env: world.env })
    t.notOk(memoOf(cwd), what)
  }
})

t.test('a clone whose history is cut elsewhere is planned anew', async (t) => {
  const { cwd, env } = await finished(t)
  for (const n of [1, 2, 3]) git(cwd, ...AS_ADA, 'commit', '--quiet', '--allow-empty', '-m', `${n}`)
  const clone = path.join(folder(t, {}), 'clone')
  git(cwd, 'clone', '--quiet', '--depth', '4', `file://${cwd}`, clone)
  for (const name of ['jobs.state.json', 'jobs.state.json.journal'])
    if (fs.existsSync(path.join(cwd, name))) fs.copyFileSync(path.join(cwd, name), path.join(clone, name))
  t.match((await cli(['plan'], { cwd: clone, env })).stdout, 'Nothing to do')
  git(clone, 'fetch', '--quiet', '--depth', '1', 'origin')
  const [plan, uncached] = [
    await cli(['plan'], { cwd: clone, env }),
    await cli(['plan', '--no-cache'], { cwd: clone, env }),
  ]
  t.match(uncached.stdout, 'CHECKOUT_UNKNOWN')
  t.strictSame(plan, uncached)
})

t.test('a copy of a project whose state is elsewhere compares the state that it names', async (t) => {
  const place = folder(t, {})
  const world = await aws(t)
  const env = { ...world.env, JOBWRIGHT_STATE_FOLDER: place }
  const own = path.join(place, 'own')
  write(own, { ...FILES, 'jobwright.yaml': `state: { store: file, path: ${place}/jobs.state.json }\n` })
  git(own, 'init', '--quiet')
  commit(own)
  const store = await stateOf(place).open()
  await store.create(emptyState('night-shifts'))
  await store.close()
  for (const step of [0, MINUTES_OVER]) {
    await world.advance(step)
    const ran = await cli(['reconcile'], { cwd: own, env })
    t.equal(ran.code, 0, ran.stdout + ran.stderr)
  }
  await remember(t, { cwd: own, env, world })
  const copy = path.join(place, 'copies/own')
  fs.cpSync(own, copy, { recursive: true })
  fs.copyFileSync(path.join(place, 'jobs.state.json'), path.join(place, 'copies/jobs.state.json'))
  t.match((await cli(['plan'], { cwd: copy, env })).stdout, MARK)
  edit(place, 'jobs.state.json', (text) => text.replace(/"type": ?"Succeeded"/, '"type":"InProgress"'))
  t.notMatch((await cli(['plan'], { cwd: copy, env })).stdout, MARK)
})

t.test('what has not ended is not remembered', async (t) => {
  const { cwd, env, world } = await finished(t)
  write(cwd, { 'specs/d.yaml': doc('IotJob', 'd', { n: 4 }) })
  commit(cwd)
  await cli(['reconcile'], { cwd, env })
  await cli(['plan'], { cwd, env })
  t.notOk(memoOf(cwd), 'a job that runs')
  await world.advance(MINUTES_OVER)
  await cli(['plan'], { cwd, env })
  t.notOk(memoOf(cwd), 'a job whose end is not recorded')
  await cli(['reconcile'], { cwd, env })
  await cli(['plan'], { cwd, env })
  t.ok(memoOf(cwd), 'all jobs have ended')
})

/** States of a repository in which Git, or another project, decides more than bytes can show. */
const UNSURE: readonly (readonly [what: string, make: (cwd: string) => void])[] = [
  ['an untracked spec', (cwd) => write(cwd, { 'specs/d.yaml': doc('IotJob', 'd', { n: 4 }) })],
  ['an edited comment', (cwd) => edit(cwd, 'specs/a.yaml', (text) => `# new\n${text}`)],
  [
    'line ends that Git converts',
    (cwd) => {
      committing(cwd, () => {
        write(cwd, { '.gitattributes': '*.yaml text eol=crlf\n' })
        edit(cwd, 'specs/a.yaml', (text) => `${text}\n`)
      })
      edit(cwd, 'specs/a.yaml', (text) => text.replaceAll('\n', '\r\n'))
    },
  ],
  ['a link in HEAD', (cwd) => committing(cwd, () => fs.symlinkSync('a.yaml', path.join(cwd, 'specs/b.link')))],
  [
    'a state of no project',
    (cwd) =>
      rewriteState(cwd, (text) => {
        const { project: _none, ...rest } = JSON.parse(text) as { project?: string }
        return JSON.stringify(rest)
      }),
  ],
]

t.test('a plan that Git or another project has a part in is not remembered', async (t) => {
  for (const [what, make] of UNSURE) {
    const { cwd, env } = await finished(t)
    make(cwd)
    const { stdout } = await cli(['plan'], { cwd, env })
    if (what !== 'an untracked spec') t.match(stdout, 'Nothing to do', what)
    t.notOk(memoOf(cwd), what)
  }
})
