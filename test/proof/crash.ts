import fs from 'node:fs'
import path from 'node:path'
import type { World as Aws } from '../../src/reconcile/world.ts'
import type { OpenStore } from '../../src/state/store.ts'
import { beforeCreate, type RunOptions, type Stage } from '../conformance/stage.ts'

/** A process that died: nothing that it meant to do after that is done. */
class Died extends Error {}

/** When a process dies, counted in what it does about one create. */
export type Moment = 'before the intent is stored' | 'before the request is sent' | 'before the answer is recorded'

/**
 * A run whose process dies at a moment. What its disk holds then is all that is left of it: whatever this run still writes on its way out
 * is undone.
 */
export async function runAndDie(stage: Stage, specs: Parameters<Stage['run']>[0], moment: Moment): Promise<void> {
  const folder = path.dirname(stage.file)
  let image: ReadonlyMap<string, string> | undefined
  const die = async (): Promise<never> => {
    image ??= filesOf(folder)
    throw new Died()
  }
  await stage.run(specs, { around: around(moment, die) }).catch((error: unknown) => {
    if (!(error instanceof Died)) throw error
  })
  if (image === undefined) throw new Error(`no run died ${moment}`)
  for (const name of fs.readdirSync(folder)) fs.rmSync(path.join(folder, name))
  for (const [name, text] of image) fs.writeFileSync(path.join(folder, name), text)
}

function filesOf(folder: string): ReadonlyMap<string, string> {
  return new Map(fs.readdirSync(folder).map((name) => [name, fs.readFileSync(path.join(folder, name), 'utf8')]))
}

function around(moment: Moment, die: () => Promise<never>): NonNullable<RunOptions['around']> {
  if (moment === 'before the request is sent') return { aws: beforeCreate(die) satisfies (aws: Aws) => Aws }
  const isStored = moment === 'before the intent is stored'
  return {
    store: (store): OpenStore => ({
      get state() {
        return store.state
      },
      commit: (changes, message) => (isStored && changes.length > 0 ? die() : store.commit(changes, message)),
      append: (changes) => (isStored ? store.append(changes) : die()),
      create: (...given) => store.create(...given),
      close: () => store.close(),
    }),
  }
}
