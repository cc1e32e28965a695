import fs from 'node:fs'
import path from 'node:path'
import t from 'tap'
import type { Problem } from '../../src/model/problem.ts'
import { emptyState } from '../../src/model/state.ts'
import { toDiagnosticLine } from '../../src/report/json-lines.ts'
import { hintFor } from '../../src/report/remedies.ts'
import type { Host } from '../../src/session/host.ts'
import { createPrinter } from '../../src/session/printer.ts'
import { attempt, LINEAGE, set } from './fixtures.ts'
import { begun, problemOf, repositories, storeIn } from './repositories.ts'

const EXCLUDE = /exclude the branch jobwright-state from that rule \(on GitHub: Settings, Rules, Rulesets/
const GH013 = 'error: GH013: Repository rule violations found for refs/heads/jobwright-state.\n\n'
const GH006 = 'error: GH006: Protected branch update failed for refs/heads/jobwright-state.\n'

/** What servers say, as pushes of real people were refused, and the rule that they mean. */
const REFUSALS: readonly [said: string, rules: readonly string[], words: RegExp, way: RegExp][] = [
  [
    `${GH013}- Commits must have verified signatures.\n  Found 1 violation:\n\n  d45f35d02a31c451a4a13387f03c6ed440b28434\n`,
    ['required_signatures'],
    /a rule there requires signed commits: remote: error: GH013/,
    /set write: github-api below state in jobwright\.yaml.*; exclude the branch jobwright-state/,
  ],
  [
    `${GH006}error: Commits must have valid signatures. Changes must be made through a pull request.`,
    ['required_signatures', 'pull_request'],
    /requires signed commits and requires a pull request/,
    /exclude the branch jobwright-state from those rules/,
  ],
  [`${GH013}- Changes must be made through a pull request.`, ['pull_request'], /requires a pull request/, EXCLUDE],
  [
    `${GH006}error: At least 1 approving review is required by reviewers with write access.`,
    ['pull_request'],
    /requires a pull request/,
    EXCLUDE,
  ],
  [`${GH006}error: Required status check "build" is expected.`, ['required_status_checks'], /status checks/, EXCLUDE],
  [`${GH013}- 6 of 6 required status checks are expected.`, ['required_status_checks'], /status checks/, EXCLUDE],
  [
    `${GH006}error: Changes must be made through the merge queue Changes must be made through a pull request.`,
    ['pull_request', 'merge_queue'],
    /requires a pull request and requires a merge queue/,
    /those rules/,
  ],
  [`${GH013}- This branch must not contain merge commits.`, ['required_linear_history'], /linear history/, EXCLUDE],
  [`${GH013}- Cannot create ref due to creations being restricted.`, ['creation'], /who creates branches/, EXCLUDE],
  [`${GH013}- Cannot update this protected ref.`, ['update'], /who updates the branch/, EXCLUDE],
  [`${GH006}error: You're not authorized to push to this branch.`, ['update'], /who updates the branch/, EXCLUDE],
  [`${GH006}error: Cannot change this locked branch`, ['update'], /who updates the branch/, EXCLUDE],
  [
    `${GH013}- Code scanning is waiting for results from CodeQL for the commit 8debc43.`,
    ['code_scanning'],
    /code scanning/,
    EXCLUDE,
  ],
  [
    `${GH013}- Commit message must match the following regex: ^[A-Z]+-[0-9]+`,
    ['commit_message_pattern'],
    /messages of commits/,
    EXCLUDE,
  ],
  [`${GH013}- Author email must end with @example.com`, ['commit_author_email_pattern'], /author of a commit/, EXCLUDE],
  [
    `${GH013}- GITHUB PUSH PROTECTION\n    - Push cannot contain secrets`,
    ['secret_scanning'],
    /found a secret/,
    /read it with \$env in the spec/,
  ],
  [
    "error: GH001: Large files detected.\nerror: File jobs.state.json is 101.00 MB; this exceeds GitHub's file size limit of 100.00 MB",
    ['max_file_size'],
    /limits the size of files/,
    /split the project/,
  ],
  [
    'GitLab: You are not allowed to push code to protected branches on this project.',
    ['update'],
    /who updates the branch/,
    /on GitLab: Settings, Repository, Protected branches/,
  ],
  ['GitLab: Commit must be signed with a GPG key', ['required_signatures'], /signed commits/, /^exclude the branch/],
  ['ask the night shift first', ['hook'], /a hook or a rule there refused it/, /contents: write/],
  [`${GH013}- Something that GitHub invents later.`, ['hook'], /a hook or a rule there/, /contents: write/],
]

t.test('a refused push says which rule refused it, and what to change', async (t) => {
  const { bare, here } = repositories(t)
  const open = await begun(here)
  const hook = path.join(bare, 'hooks/pre-receive')
  for (const [said, rules, words, way] of REFUSALS) {
    fs.writeFileSync(hook, `#!/bin/sh\ncat >&2 <<'SAID'\n${said}\nSAID\nexit 1\n`, { mode: 0o755 })
    const problem = await problemOf(open.commit([set('attic', attempt('intent', 1))], 'Intents'))
    t.match(problem, { exitCode: 4, diagnostic: { code: 'STATE_RULE', rules, message: words } }, said)
    const { diagnostic } = problem as Problem
    t.match(hintFor(diagnostic), way, said)
    t.notMatch(hintFor(diagnostic), /state\.branch/, 'a state that is there stays there')
    t.same(toDiagnosticLine(diagnostic).rules, rules)
  }
  fs.rmSync(hook)
  t.match(await open.commit([set('attic', attempt('intent', 1))], 'Intents'), { is: 'committed' })
  await open.close()
})

t.test('a first push that a rule refuses may go to another branch', async (t) => {
  const { bare, here } = repositories(t)
  const said = `${GH013}- Changes must be made through a pull request.`
  fs.writeFileSync(path.join(bare, 'hooks/pre-receive'), `#!/bin/sh\necho '${said}' >&2\nexit 1\n`, { mode: 0o755 })
  const open = await storeIn(here).open()
  const problem = await problemOf(open.create(emptyState(LINEAGE)))
  t.match(hintFor((problem as Problem).diagnostic), /or name a branch that no rule covers as state\.branch/)
  await open.close()
})

t.test('what a server says acts on no terminal and no log', async (t) => {
  const { bare, here } = repositories(t)
  const open = await begun(here)
  const said = "#!/bin/sh\nprintf '\\033[31mGH006\\n::error::no\\n' >&2\nexit 1\n"
  fs.writeFileSync(path.join(bare, 'hooks/pre-receive'), said, { mode: 0o755 })
  const problem = await problemOf(open.commit([set('attic', attempt('intent', 1))], 'Intents'))
  await open.close()
  let shown = ''
  const stream = { write: (text: string) => (shown += text) }
  const host: Host = {
    cwd: here,
    env: { GITHUB_ACTIONS: 'true' },
    colour: false,
    stdout: stream,
    stderr: stream,
    signal: new AbortController().signal,
  }
  createPrinter(host, { output: 'text' }).diagnostics([(problem as Problem).diagnostic], 0)
  t.match(shown, /GH006/)
  t.notMatch(shown, /\u001b/)
  t.same(
    shown.match(/^[ \t]*::\w+.*::/gm)?.map((line) => line.slice(0, 8)),
    ['::error '],
    'the annotation is ours',
  )
})
