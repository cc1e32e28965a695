import { execFileSync } from 'node:child_process'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import t, { type Test } from 'tap'
import { parse } from 'yaml'
import { reportFailure } from '../../../src/cli/failure.ts'
import { init } from '../../../src/commands/init/init.ts'
import type { InitOptions } from '../../../src/commands/init/init-options.ts'
import { planCommand } from '../../../src/commands/plan/plan.ts'
import { reconcileCommand } from '../../../src/commands/reconcile/reconcile.ts'
import { validate } from '../../../src/commands/validate/validate.ts'
import { MODELS } from '../../../src/kinds/index.ts'
import type { Host } from '../../../src/session/host.ts'
import { VERSION } from '../../../src/version.ts'

function git(folder: string, ...args: readonly string[]): string {
  const identity = ['-c', 'user.name=someone', '-c', 'user.email=someone@localhost', '-c', 'init.defaultBranch=trunk']
  return execFileSync('git', [...identity, ...args], { cwd: folder, encoding: 'utf8', stdio: ['pipe', 'pipe', 'pipe'] })
}

/** An empty folder outside any repository; the folders of `t.testdir()` are in this one. */
function emptyFolder(t: Test): string {
  const folder = fs.mkdtempSync(path.join(fs.realpathSync(os.tmpdir()), 'jobwright-init-'))
  t.teardown(() => fs.rmSync(folder, { recursive: true, force: true }))
  return folder
}

/** A clone of a bare remote whose default branch is trunk. */
function clone(t: Test): string {
  const root = emptyFolder(t)
  git(root, 'init', '-q', '--bare', 'remote.git')
  git(root, 'clone', '-q', 'remote.git', 'first')
  git(path.join(root, 'first'), 'commit', '-q', '--allow-empty', '-m', 'Begin')
  git(path.join(root, 'first'), 'push', '-q', 'origin', 'HEAD:trunk')
  git(root, 'clone', '-q', 'remote.git', 'here')
  return path.join(root, 'here')
}

type Said = { readonly code: number; readonly text: string }

async function heard(cwd: string, run: (host: Host) => Promise<number>, env: Host['env'] = {}): Promise<Said> {
  let text = ''
  const stream = { write: (more: string) => (text += more) }
  const host = { cwd, env, stdout: stream, stderr: stream, signal: new AbortController().signal }
  const code = await run(host).catch((error: unknown) => reportFailure(error, host, false, 'text'))
  return { code, text }
}

const initIn = (cwd: string, options: Partial<InitOptions> = {}, env: Host['env'] = {}) =>
  heard(cwd, (host) => init({ output: 'text', ...options }, host), env)
const read = (...parts: readonly string[]) => fs.readFileSync(path.join(...parts), 'utf8')
/** What is told of each thing: `wrote jobwright.yaml`. */
const told = ({ text }: Said) =>
  [...text.matchAll(/^(wrote|kept|stored) +(.*?) {2}/gm)].map((found) => `${found[1]} ${found[2]}`)

t.test('in a repository with a remote, init sets up everything and pushes the state to a branch', async (t) => {
  const here = clone(t)
  const said = await initIn(here, { region: 'eu-west-1' })
  t.equal(said.code, 0)
  t.same(told(said), [
    'wrote jobwright.yaml',
    'wrote specs/kiosks.yaml',
    'wrote specs/.schemas',
    'wrote .vscode/settings.json',
    'wrote .gitignore',
    'wrote .github/workflows/reconcile.yml',
    'stored an empty state',
  ])
  t.match(parse(read(here, 'jobwright.yaml')), {
    state: { store: 'git' },
    targets: { main: { region: 'eu-west-1' } },
    defaultTarget: 'main',
  })
  const workflow = read(here, '.github/workflows/reconcile.yml')
  t.match(workflow, 'run: npm ci --ignore-scripts\n')
  t.match(said.text, `npm install --prefix . --save-dev --save-exact jobwright@${VERSION} && git add package.json`)
  t.match(workflow, "github.ref == 'refs/heads/trunk'")
  const state = JSON.parse(
    git(here, 'show', `${git(here, 'ls-remote', 'origin', 'jobwright-state').slice(0, 40)}:jobs.state.json`),
  )
  t.match(state, { serial: 1, lineage: /^[0-9a-f-]{36}$/, records: {} })

  const suggested = /^ {2}(git add .*)$/m.exec(said.text)?.[1] ?? ''
  const add = suggested.split(' && ')[0]!.split(' ').slice(1)
  git(here, ...add)
  t.equal(
    git(here, 'status', '--porcelain', '--untracked-files=all').match(/^\?\?/m),
    null,
    'the printed git add misses nothing',
  )
  git(here, 'commit', '-q', '-m', 'Set up')
  t.equal((await heard(here, (host) => validate({ output: 'text' }, host))).code, 0)
  const planned = await heard(here, (host) => planCommand({ output: 'text', offline: true }, host))
  t.equal(planned.code, 0)
  t.match(planned.text, 'Plan: 1 to create.')
})

t.test('a second run replaces nothing, reports what it kept, and keeps the lineage', async (t) => {
  const here = clone(t)
  await initIn(here)
  const before = git(here, 'ls-remote', 'origin')
  fs.writeFileSync(path.join(here, 'jobwright.yaml'), 'state: { store: git }\n')
  fs.rmSync(path.join(here, '.github'), { recursive: true })
  fs.rmSync(path.join(here, 'specs/.schemas/IotJob.schema.json'))
  const said = await initIn(here)
  t.equal(said.code, 0)
  t.same(told(said), [
    'kept jobwright.yaml',
    'kept specs',
    'wrote specs/.schemas',
    'kept .vscode/settings.json',
    'wrote .github/workflows/reconcile.yml',
    'kept the state',
  ])
  t.equal(read(here, 'jobwright.yaml'), 'state: { store: git }\n')
  t.ok(fs.existsSync(path.join(here, 'specs/.schemas/IotJob.schema.json')))
  t.equal(git(here, 'ls-remote', 'origin'), before)
})

t.test('a lost state is begun anew only on request', async (t) => {
  const here = clone(t)
  await initIn(here)
  t.match(await initIn(here, { newState: true }), { code: 8, text: /STATE_EXISTS/ })
  git(here, 'push', '-q', 'origin', ':jobwright-state')
  t.match(await initIn(here), { code: 8, text: /STATE_MISSING/ })
  t.match(await initIn(here, { newState: true }), { code: 0, text: /^stored +an empty state/m })
})

t.test('outside Git, the state is a file and there is no workflow', async (t) => {
  const here = emptyFolder(t)
  const said = await initIn(here, {}, { AWS_REGION: 'eu-central-1' })
  t.equal(said.code, 0)
  t.same(told(said), [
    'wrote jobwright.yaml',
    'wrote specs/kiosks.yaml',
    'wrote specs/.schemas',
    'wrote .vscode/settings.json',
    'stored an empty state',
  ])
  t.match(parse(read(here, 'jobwright.yaml')), {
    state: { store: 'file' },
    targets: { main: { region: 'eu-central-1' } },
  })
  t.match(JSON.parse(read(here, 'jobs.state.json')), { serial: 1 })
})

t.test('with --environment, the workflow asks its reviewers, and init names what each role trusts', async (t) => {
  const here = clone(t)
  const action = `football-archive/jobwright@${'0123456789'.repeat(4)}`
  for (const [options, what] of [
    [{ environment: 'production' }, /only a workflow on the Action/],
    [{ environment: 'production', action: false }, /--action OWNER\/jobwright@HASH/],
    [{ environment: "${{ github.actor }}'", action }, /is not the name of an environment/],
    [{ environment: '', action }, /is not the name of an environment/],
  ] as const) {
    const refused = await initIn(here, options)
    t.equal(refused.code, 1)
    t.match(refused.text, what)
  }
  const { code, text } = await initIn(here, { environment: 'production', action })
  t.equal(code, 0, text)
  const workflow = read(here, '.github/workflows/reconcile.yml')
  t.match(workflow, /^ {4}environment: 'production'$/m)
  t.match(workflow, /JOBWRIGHT_PLAN_ROLE_ARN/)
  t.match(text, 'repo:OWNER/REPO:environment:production, and no branch')
  t.match(text, 'repo:OWNER/REPO:ref:refs/heads/BRANCH')
  t.match(text, /required reviewers/)
  const again = await initIn(here, { environment: 'staging', action })
  t.equal(read(here, '.github/workflows/reconcile.yml'), workflow)
  t.match(again.text, /stays as it is\. To have it with an approval, remove it/)
})

t.test('in a folder below a project, init sets up that project', async (t) => {
  const here = emptyFolder(t)
  await initIn(here)
  const said = await initIn(path.join(here, 'specs'))
  t.equal(said.code, 0)
  t.match(told(said), [
    'kept ../jobwright.yaml',
    'kept .',
    'kept .schemas',
    'kept ../.vscode/settings.json',
    'kept the state',
  ])
  t.notOk(fs.existsSync(path.join(here, 'specs/jobwright.yaml')))
})

t.test('with --emulator, init writes files and no state', async (t) => {
  const here = emptyFolder(t)
  t.equal((await initIn(here, { emulator: true })).code, 0)
  t.same(fs.readdirSync(here), ['.vscode', 'jobwright.yaml', 'specs'])
  t.match(parse(read(here, 'jobwright.yaml'), {}).targets, undefined, 'nobody said which region')
  t.equal((await heard(here, (host) => validate({ output: 'text' }, host))).code, 0)
})

t.test('the example of each kind is valid and names its schema for editors', async (t) => {
  const here = emptyFolder(t)
  for (const { kind } of MODELS) t.equal((await initIn(here, { kind, emulator: true })).code, 0)
  const specs = fs.readdirSync(path.join(here, 'specs')).filter((name) => name.endsWith('.yaml'))
  t.equal(specs.length, MODELS.length)
  for (const name of specs) {
    const schema = /^# yaml-language-server: \$schema=(.*)$/m.exec(read(here, 'specs', name))?.[1] ?? ''
    t.ok(fs.existsSync(path.join(here, 'specs', schema)), name)
    t.notMatch(read(here, 'specs', name), 'dependsOn:', `${name}: alone it would wait for ever`)
  }
  const said = await heard(here, (host) => validate({ output: 'text' }, host))
  t.match(said, { code: 0, text: /5 specs in 5 files: all valid/ })
})

t.test('if package.json depends on Jobwright, schemas and CLI come from node_modules', async (t) => {
  const here = clone(t)
  fs.writeFileSync(path.join(here, 'package.json'), '{"devDependencies":{"jobwright":"^0.1.0"}}')
  fs.writeFileSync(path.join(here, 'package-lock.json'), '{}')
  const said = await initIn(here)
  t.notMatch(told(said).join(), '.schemas')
  t.match(read(here, 'specs/kiosks.yaml'), '$schema=../node_modules/jobwright/schemas/job.schema.json\n')
  t.match(read(here, 'jobwright.yaml'), '$schema=node_modules/jobwright/schemas/config.schema.json\n')
  t.match(read(here, '.github/workflows/reconcile.yml'), 'run: npm ci --ignore-scripts\n')
})

t.test('if .gitattributes uses Git LFS, both jobs of the workflow check out its files', async (t) => {
  for (const [attributes, at, count] of [
    ['*.csv filter=lfs diff=lfs merge=lfs -text\n', '.gitattributes', 2],
    ['*.csv filter=lfs\n', 'data/deep/.gitattributes', 2],
    ['# *.csv filter=lfs\n*.csv -text\n', '.gitattributes', 0],
  ] as const) {
    const here = clone(t)
    fs.mkdirSync(path.dirname(path.join(here, at)), { recursive: true })
    fs.writeFileSync(path.join(here, at), attributes)
    await initIn(here)
    const workflow = read(here, '.github/workflows/reconcile.yml')
    t.equal(workflow.split(/^ {10}lfs: true/m).length - 1, count, at)
    const { jobs } = parse(workflow) as { jobs: Record<string, { steps: { with?: { lfs?: boolean } }[] }> }
    for (const { steps } of Object.values(jobs)) t.equal(steps[0]?.with?.lfs, count > 0 ? true : undefined, at)
  }
})

t.test('in a folder of a repository, specs go there and the workflow to the top', async (t) => {
  const top = clone(t)
  const here = path.join(top, 'media')
  fs.mkdirSync(here)
  git(top, 'remote', 'rename', 'origin', 'upstream')
  const said = await initIn(here)
  t.equal(said.code, 0)
  t.ok(told(said).includes('wrote ../.github/workflows/reconcile.yml'))
  t.match(read(top, '.github/workflows/reconcile.yml'), "working-directory: 'media'\n")
  t.match(parse(read(here, 'jobwright.yaml')), { state: { remote: 'upstream' } })
  t.match(git(top, 'ls-remote', 'upstream'), 'refs/heads/jobwright-state')
})

t.test('obstacles are reported with a remedy', async (t) => {
  const plain = emptyFolder(t)
  for (const name of ['file', 'empty', 'given']) fs.mkdirSync(path.join(plain, name))
  fs.writeFileSync(path.join(plain, 'file/specs'), 'no folder')
  fs.writeFileSync(path.join(plain, 'given/jobwright.yaml'), 'state: { store: file }\n')
  const cases: [Promise<Said>, number, RegExp][] = [
    [initIn(path.join(plain, 'empty'), { kind: 'IotJb' }), 1, /did you mean IotJob\?/],
    [initIn(path.join(plain, 'empty'), { region: 'Ireland' }), 1, /hint: write one such as eu-west-1/],
    [initIn(path.join(plain, 'empty'), { store: 'git' }), 4, /INIT_NO_REPOSITORY.*\n.*git init/],
    [initIn(path.join(plain, 'given'), { store: 'git' }), 1, /INIT_STORE.*\n.*leave --store out/],
    [initIn(path.join(plain, 'file')), 4, /FILE_WRITE.*\n.*a file is where a folder has to be/],
  ]
  for (const [said, code, text] of cases) t.match(await said, { code, text })
  t.same(fs.readdirSync(path.join(plain, 'empty')), [], 'a wrong option writes nothing')
})

t.test('if the remote is unreachable, the files stay and a second init finishes', async (t) => {
  const here = clone(t)
  const url = git(here, 'remote', 'get-url', 'origin').trim()
  git(here, 'remote', 'set-url', 'origin', path.join(here, 'nowhere.git'))
  t.match(await initIn(here), { code: 4, text: /STATE_REMOTE/ })
  git(here, 'remote', 'set-url', 'origin', url)
  t.match(await initIn(here), { code: 0, text: /^kept +jobwright.yaml[\s\S]*^stored +an empty state/m })
})

t.test(
  'with the file store, local files stay out of Git, and the printed commit includes everything else',
  async (t) => {
    const here = emptyFolder(t)
    git(here, 'init', '-q')
    const early = await heard(here, (host) => reconcileCommand({ output: 'text', settleMs: 0 }, host))
    t.match(early, { code: 8, text: /STATE_MISSING/ })
    t.same(fs.readdirSync(here), ['.git'], 'not even a lock')
    const said = await initIn(here, { store: 'file' })
    t.ok(told(said).includes('wrote .gitignore'))
    t.match(said.text, 'Not jobs.state.json, its .lock and its .journal: in Git, an older checkout')
    const [, files = ''] = /^ {2}git add (.*) && git commit -m "Set up Jobwright"$/m.exec(said.text) ?? []
    git(here, 'add', ...files.split(' '))
    git(here, 'commit', '-q', '-m', 'Set up')
    t.equal(git(here, 'status', '--porcelain', '--untracked-files=all'), '')
    t.ok(fs.existsSync(path.join(here, 'jobs.state.json')))
    t.match(parse(read(here, 'jobwright.yaml')), { state: { store: 'file' } })
  },
)

t.test('existing files stay unchanged, and init prints what they lack', async (t) => {
  const here = emptyFolder(t)
  git(here, 'init', '-q')
  fs.mkdirSync(path.join(here, '.vscode'))
  fs.writeFileSync(path.join(here, '.vscode/settings.json'), '{}\n')
  fs.writeFileSync(path.join(here, '.gitignore'), 'dist\n')
  const said = await initIn(here, { store: 'file' })
  t.match(
    said.text,
    /^kept {4}\.vscode\/settings\.json.*\n {8}it lacks this; add it by hand:\n {10}\{\n.*"yaml\.schemas"/m,
  )
  t.match(said.text, /^kept {4}\.gitignore.*\n.*\n.*\n {10}\/jobs\.state\.json\*\n/m)
  t.equal(read(here, '.vscode/settings.json') + read(here, '.gitignore'), '{}\ndist\n')
  const lacking = said.text.split('add it by hand:\n')[1]?.split(/^\w/m)[0]
  fs.writeFileSync(path.join(here, '.vscode/settings.json'), String(lacking))
  fs.appendFileSync(path.join(here, '.gitignore'), '/jobs.state.json*\n')
  t.notMatch((await initIn(here)).text, 'it lacks')
  const region = await initIn(here, { region: 'eu-west-1' })
  t.match(
    region.text,
    /^kept {4}jobwright\.yaml.*\n {8}it lacks this.*\n {10}targets:\n {12}main:\n {14}region: eu-west-1\n/m,
  )
  const target = String(region.text.split('add it by hand:\n')[1]?.split(/^\w/m)[0]).replaceAll(/^ {10}/gm, '')
  fs.appendFileSync(path.join(here, 'jobwright.yaml'), target)
  t.notMatch((await initIn(here, { region: 'eu-west-1' })).text, 'it lacks')
  t.match(JSON.parse(read(here, '.vscode/settings.json'))['yaml.schemas'], {
    './specs/.schemas/job.schema.json': ['specs/**/*.yaml', 'specs/**/*.yml'],
    './specs/.schemas/config.schema.json': ['jobwright.yaml'],
  })
})

t.test(
  'at a terminal init asks for missing values until the answer is valid; with --yes it asks nothing',
  async (t) => {
    const here = emptyFolder(t)
    const answers = ['Ireland', 'eu-west-1', 'harvest', 'pinpointexportjob']
    const asked: string[] = []
    const ask = (question: string): Promise<string> => {
      asked.push(question)
      return Promise.resolve(` ${answers.shift()}\n`)
    }
    const run = (folder: string, options: Partial<InitOptions>) =>
      heard(folder, (host) => init({ output: 'text', emulator: true, ...options }, { ...host, ask }))
    const said = await run(here, {})
    t.match(said.text, /"Ireland" is not the name of an AWS region[\s\S]*there is no kind "harvest"/)
    t.match(asked, [/AWS region/, /AWS region/, /Kind of the first spec/, /Kind of the first spec/])
    t.match(parse(read(here, 'jobwright.yaml')), { targets: { main: { region: 'eu-west-1' } } })
    t.ok(fs.existsSync(path.join(here, 'specs/newsletter.yaml')))
    await run(here, {})
    await run(emptyFolder(t), { yes: true })
    await run(emptyFolder(t), { kind: 'IotJob', region: 'eu-west-1' })
    await run(emptyFolder(t), { output: 'json' })
    t.equal(asked.length, 4, 'nothing that is known is asked for')
  },
)

t.test('init does not write through a link in place of a file', async (t) => {
  const here = emptyFolder(t)
  for (const name of ['outside', 'repository']) fs.mkdirSync(path.join(here, name))
  fs.symlinkSync('../outside/jobwright.yaml', path.join(here, 'repository/jobwright.yaml'))
  const said = await initIn(path.join(here, 'repository'), { emulator: true })
  t.same(fs.readdirSync(path.join(here, 'outside')), [])
  t.match(told(said), ['kept jobwright.yaml'])
})

t.test('as JSON, stdout has the summary only', async (t) => {
  let [stdout, stderr] = ['', '']
  const host = {
    cwd: emptyFolder(t),
    env: {},
    stdout: { write: (text: string) => (stdout += text) },
    stderr: { write: (text: string) => (stderr += text) },
    signal: new AbortController().signal,
  }
  await init({ output: 'json', emulator: true }, host)
  t.same(JSON.parse(stdout), { v: 1, type: 'summary', counts: { written: 4, kept: 0 }, outcomes: [], exitCode: 0 })
  t.match(stderr, /^wrote +jobwright.yaml/)
})
