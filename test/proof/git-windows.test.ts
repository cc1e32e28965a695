import { execFileSync } from 'node:child_process'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import t, { type Test } from 'tap'
import { emptyState } from '../../src/model/state.ts'
import { createGitStore } from '../../src/state/git-store.ts'
import { nodeDisk } from '../../src/system/disk.ts'
import { type Git, openGit } from '../../src/system/git.ts'
import { openStage, type Stage } from '../conformance/stage.ts'
import { ALL, eachOnce, problemOf } from './ends.ts'

/* The windows of windows.test.ts that a state in Git has. */

t.test('W1: the intent is on the disk of a runner that is gone before its push: nothing was sent', async (t) => {
  const stage = await openStage(t)
  const { clone } = await remote(t)
  const dead = clone((real) => (args, options) => {
    return args[0] === 'push' ? Promise.resolve(NO_ANSWER) : real(args, options)
  })
  t.match(await problemOf(stage.run(ALL, { store: dead })), { diagnostic: { code: 'STATE_REMOTE' } })
  t.same(await stage.emulator.jobs(), [])
  await inClone(t, stage, clone)
})

t.test('W2: the push of the intents arrives, its answer does not: the run goes on as their owner', async (t) => {
  const stage = await openStage(t)
  const { clone } = await remote(t)
  let lost = 0
  await inClone(t, stage, () =>
    clone((real) => async (args, options) => {
      const answer = await real(args, options)
      if (args[0] !== 'push' || lost > 0) return answer
      lost++
      return NO_ANSWER
    }),
  )
  t.equal(lost, 1)
})

for (const where of ['on the same machine', 'on another machine']) {
  t.test(`W6: jobs are recorded on this machine, and the last push fails; the next run is ${where}`, async (t) => {
    const stage = await openStage(t)
    const { clone } = await remote(t)
    let pushes = 0
    const here = clone((real) => (args, options) => {
      return args[0] === 'push' && ++pushes > 1 ? Promise.resolve(NO_ANSWER) : real(args, options)
    })
    t.match(await problemOf(stage.run(ALL, { store: here })), { diagnostic: { code: 'STATE_REMOTE' } })
    t.equal((await stage.emulator.jobs()).length, ALL.length)
    const again = (): Clone => ({ ...createGitStore({ repository: here.root, disk: nodeDisk }), root: here.root })
    await inClone(t, stage, where === 'on the same machine' ? again : clone)
  })
}

t.test('W9: two reconcilers begin at once: the later push is refused, and that run sends nothing', async (t) => {
  const stage = await openStage(t)
  const { clone } = await remote(t)
  const both = await Promise.all([clone(), clone()].map((store) => stage.run(ALL, { store })))
  t.equal(both.filter(({ stale }) => stale !== undefined).length, 1)
  t.equal((await stage.emulator.jobs()).length, ALL.length)
  await inClone(t, stage, clone)
})

const NO_ANSWER = { code: 128, stdout: '', stderr: 'fatal: the remote end hung up unexpectedly' }

type Clone = ReturnType<typeof createGitStore> & { readonly root: string }

/** A bare repository with an empty state, and clones of it, whose git may be troubled. */
async function remote(t: Test): Promise<{ clone(trouble?: (real: Git) => Git): Clone }> {
  const top = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), 'jobwright-windows-')))
  t.teardown(() => fs.rmSync(top, { recursive: true, force: true }))
  const bare = path.join(top, 'remote.git')
  execFileSync('git', ['init', '--quiet', '--bare', bare])
  let clones = 0
  const clone = (trouble: (real: Git) => Git = (real) => real): Clone => {
    const root = path.join(top, `clone-${clones++}`)
    execFileSync('git', ['clone', '--quiet', bare, root], { stdio: 'pipe' })
    return { ...createGitStore({ repository: root, disk: nodeDisk, git: trouble(openGit(root)) }), root }
  }
  const first = await clone().open()
  await first.create(emptyState('night-shifts'))
  await first.close()
  return { clone }
}

/** A run over a store of Git, and an idle one in another clone. */
async function inClone(t: Test, stage: Stage, clone: () => Clone): Promise<void> {
  const store = clone()
  t.same((await stage.run(ALL, { store })).outcomes, [])
  await eachOnce(t, stage, ALL, async () => (await store.read()).state?.records ?? {})
  t.same([...new Set((await stage.run(ALL, { store: clone() })).passes.flat())], ['keep'])
}
