import { execFileSync } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'
import type { Test } from 'tap'
import { emptyState } from '../../src/model/state.ts'
import { createGitStore, type GitStoreOptions } from '../../src/state/git-store.ts'
import type { OpenStore } from '../../src/state/store.ts'
import { nodeDisk } from '../../src/system/disk.ts'
import { LINEAGE } from './fixtures.ts'

/** What git says in a folder, as somebody with a name. */
export function git(folder: string, ...args: readonly string[]): string {
  const identity = ['-c', 'user.name=someone', '-c', 'user.email=someone@localhost', '-c', 'init.defaultBranch=main']
  return execFileSync('git', [...identity, ...args], { cwd: folder, encoding: 'utf8', stdio: ['pipe', 'pipe', 'pipe'] })
}

/** A bare remote with a commit on main, and a clone of it. */
export function repositories(t: Test): {
  root: string
  bare: string
  here: string
  clone(name: string, ...options: readonly string[]): string
} {
  const root = t.testdir({})
  git(root, 'init', '-q', '--bare', 'remote.git')
  const bare = path.join(root, 'remote.git')
  const clone = (name: string, ...options: readonly string[]) => {
    git(root, 'clone', '-q', ...options, `file://${bare}`, name)
    return path.join(root, name)
  }
  const here = clone('here')
  fs.writeFileSync(path.join(here, 'fleet.yaml'), 'kind: IotJob\n')
  git(here, 'add', '.')
  for (const message of ['One', 'Two']) git(here, 'commit', '-q', '--allow-empty', '-m', message)
  git(here, 'push', '-q', 'origin', 'HEAD:main')
  return { root, bare, here, clone }
}

/** A state in a repository. */
export function storeIn(repository: string, more: Partial<GitStoreOptions> = {}) {
  return createGitStore({ repository, disk: nodeDisk, ...more })
}

/** The same, begun and held. */
export async function begun(repository: string, more: Partial<GitStoreOptions> = {}): Promise<OpenStore> {
  const open = await storeIn(repository, more).open()
  await open.create(emptyState(LINEAGE))
  return open
}

/** What some work throws. */
export async function problemOf(work: Promise<unknown>): Promise<unknown> {
  return work.then(
    () => 'no problem',
    (error: unknown) => error,
  )
}
