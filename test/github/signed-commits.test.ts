import fs from 'node:fs'
import path from 'node:path'
import t, { type Test } from 'tap'
import { createGitStore } from '../../src/state/git-store.ts'
import { GITHUB_MAX_BYTES } from '../../src/state/github-writer.ts'
import { nodeDisk } from '../../src/system/disk.ts'
import { build, cli } from '../e2e/process.ts'
import { gitOut, push, type Remote, remoteWith, said } from '../e2e/states.ts'
import { aws, CONFIG, callsOf, doc, keepsContract, tells } from '../e2e/world.ts'
import { type GitDataOptions, openGitData, requireSignatures } from './fake-git-data.ts'
import { type FakeGitHub, startGitHub } from './fake-github.ts'
import { checkOut, REPOSITORY, runStep } from './runner.ts'

build()

const TOKEN = 'ghs_jobOfTheNight'
const PERSON = 'ghp_adaOfTheNight'
const SIGNED = `${CONFIG}state: { store: git, write: github-api }\n`
const MUTATION = /createCommitOnBranch/

/** A repository on GitHub whose rules require signed commits, and AWS. */
async function openRepository(t: Test, config: string, options: GitDataOptions = { requiresSignatures: true }) {
  const world = await aws(t)
  const remote = remoteWith(t, { 'jobwright.yaml': config, 'specs/.gitkeep': '' })
  if (options.requiresSignatures) requireSignatures(remote.bare)
  const github = await startGitHub(t, {
    repository: REPOSITORY,
    pullRequests: [],
    tokens: {
      [TOKEN]: { login: 'github-actions', canWrite: true },
      [PERSON]: { login: 'ada', canWrite: true, isPerson: true },
    },
    git: openGitData(remote.bare, options),
  })
  const env = (token: string | undefined) => ({
    ...world.env,
    GITHUB_API_URL: github.apiUrl,
    GITHUB_GRAPHQL_URL: github.graphqlUrl,
    GITHUB_REPOSITORY: REPOSITORY,
    ...(token && { GITHUB_TOKEN: token }),
  })
  const run = async (args: readonly string[], cwd: string, token: string | undefined = TOKEN) => {
    const ran = await cli(args, { cwd, env: env(token) })
    t.notMatch(said(ran), /OfTheNight/, 'no token in the output')
    return ran
  }
  return { world, remote, github, run, env, here: remote.clone('here') }
}

/** Commits of the state's branch without GitHub's signature. */
function listUnsigned({ bare }: Remote): string[] {
  const all = gitOut(bare, 'rev-list', 'jobwright-state').split('\n')
  return all.filter((oid) => !gitOut(bare, 'cat-file', 'commit', oid).includes('\ngpgsig '))
}

function countCommits({ bare }: Remote): number {
  return Number(gitOut(bare, 'rev-list', '--count', 'jobwright-state'))
}

function cutWrites({ faults }: FakeGitHub, ...isDone: readonly boolean[]): void {
  for (const one of isDone) faults.push({ body: MUTATION, status: 0, message: '', isCut: true, isDone: one })
}

const spec = (night: number): object => doc('IotJob', `night-${night}`, { n: night })

/*
 * Six runs of the built program, then runs of the store alone in this process, since a whole run takes most of a second. The program
 * makes the last one.
 */
t.test('a repository that requires signed commits works from init to the hundredth run', async (t) => {
  const { world, remote, github, run, env, here } = await openRepository(t, CONFIG)
  fs.rmSync(path.join(here, 'jobwright.yaml'))
  const pushed = await run(['init', '--region', 'eu-west-1', '--output', 'json'], here)
  t.equal(pushed.code, 4)
  tells(t, pushed, { code: 'STATE_RULE' })
  t.same(pushed.lines.find(({ code }) => code === 'STATE_RULE')?.['rules'], ['required_signatures'])
  keepsContract(t, pushed)
  fs.rmSync(path.join(here, 'jobwright.yaml'))
  const byPerson = await run(['init', '--region', 'eu-west-1', '--write', 'github-api'], here, PERSON)
  t.match(byPerson, { code: 4, stderr: /^/, stdout: /STATE_RULE[\s\S]*begin the state in a workflow/ })
  t.equal(remote.state(), undefined)
  push(here, { 'jobwright.yaml': SIGNED, 'specs/kiosks.yaml': undefined })

  const begun = await run(['init', '--yes'], checkOut(remote, 'refs/heads/main', 'begin'))
  t.match(begun, { code: 0, stdout: /stored +an empty state/ }, said(begun))
  for (let night = 1; night <= 6; night++) {
    push(here, { [`specs/night-${night}.yaml`]: spec(night) })
    // Now and then an answer is lost: after the write took effect, or before.
    if (night % 3 === 0) cutWrites(github, night % 2 === 0)
    const ran = await run(['reconcile'], here)
    t.equal(ran.code, 0, said(ran))
  }
  t.same(github.faults, [])
  t.equal(await callsOf(world, 'CreateJob'), 6, 'each job once')

  const access = { token: TOKEN, apiUrl: github.apiUrl, graphqlUrl: github.graphqlUrl, repository: REPOSITORY }
  for (let night = 7; night < 100; night++) {
    const open = await createGitStore({ repository: here, disk: nodeDisk, github: { access } }).open()
    const committed = await open.commit([{ set: 'foreign', key: `night-${night}`, at: '2026-11-14T19:45:00Z' }], 'Run')
    t.match(committed, { is: 'committed' })
    await open.close()
  }
  push(here, { 'specs/night-100.yaml': spec(100) })
  const last = await run(['reconcile'], here)
  t.equal(last.code, 0, said(last))
  t.equal(await callsOf(world, 'CreateJob'), 7)
  t.ok(countCommits(remote) > 100)
  t.same(listUnsigned(remote), [])
  t.match(remote.state()?.records, { 'IotJob/night-1': {}, 'IotJob/night-100': {} })
  t.match((await run(['plan'], remote.clone('fresh'))).stdout, /7 to keep|nothing/i)

  push(here, { 'specs/night-101.yaml': spec(101) })
  const step = await runStep({
    event: 'push',
    workspace: checkOut(remote, 'refs/heads/main', 'action'),
    github,
    token: TOKEN,
    inputs: { 'failure-issues': 'false' },
    env: env(TOKEN),
  })
  t.equal(step.code, 0, step.log)
  t.equal(await callsOf(world, 'CreateJob'), 8, 'the Action passes the token of its step on')
  t.notMatch(step.log + step.stderr + step.summary, /OfTheNight/)
  for (const folder of [path.dirname(remote.bare)]) {
    const files = fs.readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((name) => path.join(folder, name))
    const leaks = files.filter(
      (file) =>
        fs.statSync(file, { throwIfNoEntry: false })?.isFile() &&
        fs.readFileSync(file, 'latin1').includes('OfTheNight'),
    )
    t.same(leaks, [], 'no token on the disk')
  }
})

t.test('without a token nothing begins, and a plan without AWS needs none', async (t) => {
  const { world, remote, run, here } = await openRepository(t, SIGNED)
  t.equal((await run(['init', '--yes'], here)).code, 0)
  push(here, { 'specs/kiosks.yaml': undefined, 'specs/night-1.yaml': spec(1) })
  const ran = await run(['reconcile', '--output', 'json'], here, '')
  t.equal(ran.code, 4)
  tells(t, ran, { code: 'STATE_REMOTE' })
  t.match(ran.stdout, /GITHUB_TOKEN is not set.*add GITHUB_TOKEN: \$\{\{ github\.token \}\}/)
  keepsContract(t, ran)
  t.equal(await callsOf(world, 'CreateJob'), 0)
  t.match(await run(['plan', '--offline'], here, ''), { code: 0, stdout: /1 to create/ })
  t.match(remote.state(), { serial: 1 })
})

t.test('a commit that GitHub does not sign is a warning once a run', async (t) => {
  const { run, here } = await openRepository(t, SIGNED, { signs: false })
  t.match(await run(['init', '--yes'], here), { code: 0, stdout: /warning STATE_UNSIGNED: .*jobwright-state/ })
  push(here, { 'specs/kiosks.yaml': undefined, 'specs/night-1.yaml': spec(1) })
  const ran = await run(['reconcile', '--output', 'json'], here)
  t.equal(ran.code, 0)
  t.equal(ran.lines.filter(({ code }) => code === 'STATE_UNSIGNED').length, 1)
  keepsContract(t, ran)
})

t.test('a run whose intents GitHub does not confirm submits nothing, and the next one goes on', async (t) => {
  const { world, remote, github, run, here } = await openRepository(t, SIGNED)
  t.equal((await run(['init', '--yes'], here)).code, 0)
  push(here, { 'specs/kiosks.yaml': undefined, 'specs/night-1.yaml': spec(1) })
  // Every answer is lost, and so is every read of the head. The first write took effect.
  cutWrites(github, true, true, true, true)
  for (let read = 0; read < 6; read++)
    github.faults.push({ body: /qualifiedName/, status: 502, message: 'Bad Gateway' })
  const ran = await run(['reconcile', '--output', 'json'], here)
  t.equal(ran.code, 4)
  tells(t, ran, { code: 'STATE_REMOTE' })
  t.match(ran.stdout, /GitHub did not say whether it stored the state/)
  t.equal(await callsOf(world, 'CreateJob'), 0)
  t.match(remote.state()?.records, { 'IotJob/night-1': { stage: 'intent' } }, 'the intent is stored')
  const next = await run(['reconcile', '--settle', '0s'], here)
  t.match(next, { code: 9, stdout: /settling/ }, said(next))
  t.equal(await callsOf(world, 'CreateJob'), 0, 'it searches first')
})

t.test('a state above the limit of the API is refused before its intents are stored', async (t) => {
  const { world, remote, run, here } = await openRepository(t, SIGNED)
  t.equal((await run(['init', '--yes'], here)).code, 0)
  const first = remote.state()!
  // Unknown members survive a rewrite.
  const text = JSON.stringify({ ...first, serial: 2, padding: 'x'.repeat(GITHUB_MAX_BYTES - 3_000) })
  const writer = remote.clone('writer')
  gitOut(writer, 'checkout', '--quiet', 'jobwright-state')
  fs.writeFileSync(path.join(writer, 'jobs.state.json'), text)
  gitOut(writer, 'commit', '--quiet', '--all', '--message', 'Grow')
  fs.rmSync(path.join(remote.bare, 'hooks/pre-receive'))
  gitOut(writer, 'push', '--quiet', 'origin', 'HEAD')
  const head = gitOut(remote.bare, 'rev-parse', 'jobwright-state')
  push(here, { 'specs/kiosks.yaml': undefined, 'specs/night-1.yaml': spec(1) })
  const ran = await run(['reconcile', '--output', 'json'], here)
  t.equal(ran.code, 4, said(ran).slice(-500))
  tells(t, ran, { code: 'STATE_TOO_LARGE' })
  t.match(
    ran.stdout,
    /too large for GitHub's API: it needs 29,99\d,\d{3} bytes with the outcomes of 1 pending create, /,
  )
  t.match(ran.stdout, /leave state.write out.*split the project/)
  t.equal(gitOut(remote.bare, 'rev-parse', 'jobwright-state'), head, 'nothing is stored')
  t.equal(await callsOf(world, 'CreateJob'), 0)
})
