import { execFileSync } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'
import type { Test } from 'tap'
import type { State } from '../../src/model/state.ts'
import { type Files, folder, type Ran, write } from './process.ts'

/** Git as a developer runs it in a clone; gives what it said. */
export function gitOut(root: string, ...args: string[]): string {
  const settings = [
    'user.name=Ada',
    'user.email=ada@fleet.example',
    'init.defaultBranch=main',
    'protocol.file.allow=always',
  ]
  const all = [...settings.flatMap((one) => ['-c', one]), ...args]
  return execFileSync('git', all, { cwd: root, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] }).trim()
}

/** A bare remote, and clones of it. */
export type Remote = {
  readonly bare: string
  /** A new clone, at the tip of main. */
  clone(name: string): string
  /** The state on a branch of the remote; undefined where there is none. */
  state(branch?: string): State | undefined
}

/** A bare remote whose main holds these files. */
export function remoteWith(t: Test, files: Files): Remote {
  const root = folder(t, {})
  const bare = path.join(root, 'remote.git')
  gitOut(root, 'init', '--quiet', '--bare', 'remote.git')
  const clone = (name: string): string => {
    gitOut(root, 'clone', '--quiet', bare, name)
    return path.join(root, name)
  }
  const first = clone('first')
  push(first, { 'README.md': 'Night shifts\n', ...files })
  fs.rmSync(first, { recursive: true })
  return {
    bare,
    clone,
    state: (branch = 'jobwright-state') => {
      const isThere = gitOut(bare, 'for-each-ref', `refs/heads/${branch}`) !== ''
      return isThere ? (JSON.parse(gitOut(bare, 'show', `${branch}:jobs.state.json`)) as State) : undefined
    },
  }
}

/** Writes, commits and pushes to main. An undefined file is removed. */
export function push(root: string, files: Files, ...args: string[]): void {
  const kept = Object.entries(files).filter(([, content]) => content !== undefined)
  for (const [name, content] of Object.entries(files)) if (content === undefined) fs.rmSync(path.join(root, name))
  write(root, Object.fromEntries(kept))
  gitOut(root, 'add', '--all')
  gitOut(root, 'commit', '--quiet', '--message', 'Night shifts')
  gitOut(root, 'push', '--quiet', ...args, 'origin', 'HEAD:main')
}

/** All that a run said. */
export function said({ stdout, stderr }: Ran): string {
  return stdout + stderr
}

/** The printed ways out of a missing state or an old checkout that are commands of ours, as arguments, sorted. */
export function waysOut(ran: Ran): string[][] {
  const printed = [...said(ran).matchAll(/: jobwright ([^;\n]+)/g)].map(([, words = '']) => words.trim())
  const ours = printed.filter((words) => /^(baseline|init|resolve --)/.test(words))
  return [...new Set(ours)].sort().map((words) => words.split(' '))
}

/** Runs a printed git command. */
export function runPrinted(ran: Ran, root: string, program: RegExp): void {
  const [, line = ''] = program.exec(said(ran)) ?? []
  gitOut(root, ...line.trim().split(' '))
}
