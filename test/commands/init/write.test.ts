import fs from 'node:fs'
import path from 'node:path'
import t from 'tap'
import { parse } from 'yaml'
import { reportFailure } from '../../../src/cli/failure.ts'
import { init } from '../../../src/commands/init/init.ts'
import type { InitOptions } from '../../../src/commands/init/init-options.ts'
import type { Host } from '../../../src/session/host.ts'
import { openGitData, requireSignatures } from '../../github/fake-git-data.ts'
import { startGitHub } from '../../github/fake-github.ts'
import { git, repositories } from '../../state/repositories.ts'

const REPOSITORY = 'football-archive/jobs'
const ACTION = `football-archive/jobwright@${'0'.repeat(40)}`

async function initIn(cwd: string, options: Partial<InitOptions>, env: Host['env'] = {}) {
  let text = ''
  const stream = { write: (more: string) => (text += more) }
  const host = { cwd, env, stdout: stream, stderr: stream, signal: new AbortController().signal }
  const code = await init({ output: 'text', ...options }, host).catch((error: unknown) =>
    reportFailure(error, host, false, 'text'),
  )
  return { code, text }
}

t.test('init prints the rules to set on the branch of the state', async (t) => {
  const { here } = repositories(t)
  const { code, text } = await initIn(here, {})
  t.equal(code, 0)
  t.match(text, /Protect the branch jobwright-state: /)
  t.match(text, /turn on +Restrict deletions, Block force pushes/)
  t.match(text, /leave off +Require a pull request, Require status checks/)
  t.match(text, /where rules require signed commits, set write: github-api/)
  t.notMatch(fs.readFileSync(path.join(here, '.github/workflows/reconcile.yml'), 'utf8'), /GITHUB_TOKEN/)
  const local = await initIn(t.testdir({}), { store: 'file' })
  t.notMatch(local.text, /Protect the branch/, 'a file has no branch')
})

t.test(
  'init --write github-api writes the setting and the token of the job, and GitHub stores the state',
  async (t) => {
    const { here, bare, clone } = repositories(t)
    requireSignatures(bare)
    const github = await startGitHub(t, {
      repository: REPOSITORY,
      pullRequests: [],
      tokens: { ghs_job: { login: 'github-actions', canWrite: true } },
      git: openGitData(bare, { requiresSignatures: true }),
    })
    const env = { GITHUB_TOKEN: 'ghs_job', GITHUB_API_URL: github.apiUrl, GITHUB_REPOSITORY: REPOSITORY }
    const plain = clone('plain')
    const refused = await initIn(plain, {}, env)
    t.match(refused, { code: 4, text: /error STATE_RULE: .*requires signed commits[\s\S]*set write: github-api/ })
    const said = await initIn(here, { write: 'github-api' }, env)
    t.equal(said.code, 0, said.text)
    t.match(said.text, /stored +an empty state/)
    t.match(said.text, /Require signed commits may be on/)
    const read = (name: string, folder = here): string => fs.readFileSync(path.join(folder, name), 'utf8')
    t.same(parse(read('jobwright.yaml')).state, { store: 'git', branch: 'jobwright-state', write: 'github-api' })
    const workflow = parse(read('.github/workflows/reconcile.yml'))
    t.equal(workflow.jobs.reconcile.steps.at(-1).env.GITHUB_TOKEN, '${{ github.token }}')
    t.notMatch(JSON.stringify(workflow.jobs.check), /GITHUB_TOKEN/, 'a pull request gets none')
    t.match(git(bare, 'cat-file', 'commit', 'jobwright-state'), /gpgsig/)

    const onAction = clone('action')
    t.match(await initIn(onAction, { write: 'github-api', action: ACTION }, env), { code: 0, text: /kept +the state/ })
    const actionWorkflow = parse(read('.github/workflows/reconcile.yml', onAction))
    t.equal(actionWorkflow.jobs.reconcile.steps.at(-1).env.GITHUB_TOKEN, '${{ github.token }}')
  },
)

t.test('an earlier workflow lacks the token, and a contradiction is refused', async (t) => {
  const { here, clone } = repositories(t)
  for (const [folder, action] of [
    [here, false],
    [clone('there'), ACTION],
  ] as const) {
    t.equal((await initIn(folder, { action })).code, 0)
    const config = path.join(folder, 'jobwright.yaml')
    const push = await initIn(folder, { action, write: 'github-api' })
    t.match(push, { code: 1, text: /INIT_STORE: jobwright\.yaml writes the state by push, not by github-api/ })
    fs.writeFileSync(config, 'state: { store: git, write: github-api }\n')
    const { code, text } = await initIn(folder, { action })
    t.match(
      text,
      /kept +\.github\/workflows\/reconcile\.yml[\s\S]*it lacks this[\s\S]*GITHUB_TOKEN: \$\{\{ github\.token \}\}/,
    )
    t.match({ code, text }, { code: 4, text: /GITHUB_API_URL is not set/ }, 'the remote is a folder')
  }
  const file = await initIn(t.testdir({}), { store: 'file', write: 'github-api' })
  t.match(file, { code: 1, text: /INIT_STORE: the state is in a file/ })
})
