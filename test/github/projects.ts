import fs from 'node:fs'
import path from 'node:path'
import type { Test } from 'tap'
import { cli, type Files, write } from '../e2e/process.ts'
import { gitOut, push, type Remote, remoteWith } from '../e2e/states.ts'
import { doc } from '../e2e/world.ts'
import { type FakeGitHub, type GitHubOptions, startGitHub } from './fake-github.ts'
import { REPOSITORY, runStep, type StepOptions } from './runner.ts'

/* Two projects in two accounts, reviewed by pull request 7. */

export const HOSTILE =
  '@football-archive/admins #1 GH-2 https://evil.example <img src=x> `x` [a](b)\n::error::owned ##[group]x'
export const TOKENS: GitHubOptions['tokens'] = {
  ghs_branch: { login: 'github-actions', canWrite: true },
  ghs_no_issues: { login: 'github-actions', canWrite: true, canWriteIssues: false },
  ghs_fork: { login: 'github-actions', canWrite: false },
}
export const payload = (name: string): unknown =>
  JSON.parse(fs.readFileSync(new URL(`./payloads/${name}.json`, import.meta.url), 'utf8'))
export const BRANCH = { event: 'pull_request', payload: payload('pull_request-branch') }
export const FORK = { event: 'pull_request', payload: payload('pull_request-fork'), token: 'ghs_fork' }

export const github = (t: Test, more: Partial<GitHubOptions> = {}) =>
  startGitHub(t, { repository: REPOSITORY, pullRequests: [7], tokens: TOKENS, ...more })

const configOf = (name: string, account: string): string =>
  `specs: [specs]\nstate: { store: git, branch: jobwright-state-${name} }\ntargets: { ${name}: { region: eu-west-1, account: '${account}' } }\n`
export const VIDEO = '111111111111'
export const PRICES = '222222222222'
export const lamp = (n = 1, more = {}) => doc('IotJob', `lamp-${n}`, { spec: iot('lamps', VIDEO, n), ...more })
export const iot = (group: string, account: string, n: number) => ({
  targets: [`arn:aws:iot:eu-west-1:${account}:thinggroup/${group}`],
  document: { operation: 'restart', n },
})

/** A remote with two projects in two accounts, each with a state, and a clone of it. */
export async function twoProjects(t: Test): Promise<{ remote: Remote; here: string }> {
  const remote = remoteWith(t, {
    'teams/video/jobwright.yaml': configOf('video', VIDEO),
    'teams/prices/jobwright.yaml': configOf('prices', PRICES),
  })
  const here = remote.clone('here')
  for (const project of ['video', 'prices'])
    t.equal((await cli(['init'], { cwd: path.join(here, 'teams', project) })).code, 0)
  gitOut(here, 'clean', '--quiet', '--force', '-d')
  push(here, {
    'teams/video/specs/first.yaml': lamp(),
    'teams/prices/specs/door.yaml': doc('IotJob', 'door-1', { spec: iot('doors', PRICES, 1) }),
  })
  return { remote, here }
}

/** Pushes a branch with these files, from main. */
export function branch(here: string, files: Files, name = 'topic'): void {
  gitOut(here, 'fetch', '--quiet', 'origin')
  gitOut(here, 'checkout', '--quiet', '--force', '-B', name, 'origin/main')
  write(here, files)
  gitOut(here, 'add', '--all')
  gitOut(here, 'commit', '--quiet', '--allow-empty', '--message', HOSTILE)
  gitOut(here, 'push', '--quiet', '--force', 'origin', `HEAD:refs/heads/${name}`)
}

export const step = (hub: FakeGitHub | undefined, options: Omit<StepOptions, 'github'>) =>
  runStep({ ...options, ...(hub && { github: hub }) })
