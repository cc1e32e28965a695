import { BUILD_ID } from '../../build-id.ts'
import type { Loaded } from '../../load/load.ts'
import type { Checkout } from '../../model/checkout.ts'
import { DEFAULT_CONFIG } from '../../model/default-config.ts'
import type { Plan } from '../../model/plan.ts'
import type { State } from '../../model/state.ts'
import type { CountedPlan } from '../../report/plan-frame.ts'
import { type Project, STATE_FILE, stateFile } from '../project.ts'
import { digestConfig, digestEnv, digestSpecs, nameJournal, watchFile } from './facts.ts'
import { type Facts, writeMemo } from './memo.ts'

/** A plan as it was shown, and what it was made from. */
export type Made = {
  readonly plan: Plan
  readonly loaded: Loaded
  readonly state: State | undefined
  readonly checkout: Checkout
  /** Where AWS was asked, in words. */
  readonly where: string
  readonly said: CountedPlan | undefined
  /** In epoch milliseconds. */
  readonly now: number
}

/** Remembers a plan, for the next one. */
export type IdleKeeper = { keep(made: Made): Promise<void> }

/** With more unread YAML files than this, no plan is remembered. */
const UNREAD_MAX = 10_000

/**
 * Begins to watch the state of a plan before it is read. Undefined if the plan is not to be remembered: its state is not
 * one file, it shares limits with other states, or jobwright.yaml has a warning.
 */
export function beginToKeep(project: Project): IdleKeeper | undefined {
  const { root, config, text, diagnostics, env } = project
  const file = stateFile(project, {})
  const build = BUILD_ID
  if (build === undefined || file === undefined || config.state?.split !== undefined) return undefined
  if (config.lanes !== undefined || config.queue !== undefined || diagnostics.length > 0) return undefined
  const journal = nameJournal(file)
  const [stateBefore, journalBefore] = [watchFile(file), watchFile(journal)]
  return {
    async keep(made) {
      const repository = await project.repository.read()
      if (made.said === undefined || 'code' in repository || !isIdle(made, repository.prefix)) return
      const { checkout, loaded } = made
      const facts: Partial<Record<keyof Facts, string | undefined>> = {
        env: digestEnv(env),
        config: digestConfig(text),
        // The plan was made from the texts that are still there.
        state: stateBefore.digestIfSame(),
        journal: journalBefore.digestIfSame(),
        specs: digestSpecs(loaded.files),
      }
      if (!isComplete(facts) || repository.commit !== checkout.commit) return
      writeMemo(root, build, {
        at: made.now,
        facts,
        commit: checkout.commit,
        isShallow: repository.isShallow,
        prefix: repository.prefix,
        patterns: config.specs,
        arePatternsGiven: config.specs !== DEFAULT_CONFIG.specs,
        state: config.state?.path ?? STATE_FILE,
        unread: checkout.unread,
        said: made.said,
      })
    },
  }
}

function isComplete(facts: Partial<Record<keyof Facts, string | undefined>>): facts is Facts {
  return Object.values(facts).every((one) => one !== undefined)
}

/**
 * Returns true for a plan that follows from files alone. It asked nobody, so all jobs have ended; HEAD has all files; and nobody needs to
 * be told anything.
 */
function isIdle(
  made: Made,
  prefix: string,
): made is Made & { checkout: Checkout & { git: true; commit: string; unread: readonly string[] } } {
  const { plan, loaded, state, checkout, where } = made
  return (
    where === '' &&
    state !== undefined &&
    // Otherwise other projects of the repository decide whose state it is.
    state.project === (prefix.replace(/\/$/, '') || '.') &&
    state.series === undefined &&
    isClean(checkout) &&
    isFlawless(loaded) &&
    (plan.findings ?? []).length + plan.diagnostics.length === 0
  )
}

function isClean(checkout: Checkout): boolean {
  if (!checkout.git || checkout.commit === undefined || checkout.unread === undefined) return false
  const { dirty, uploads = [], deleted, unread, shallow, relation } = checkout
  // A cut history may be cut elsewhere next time, and then the relation of two commits is unknown.
  if (shallow && relation !== 'same' && relation !== 'none') return false
  return dirty.length + uploads.length + deleted.length === 0 && unread.length <= UNREAD_MAX
}

/** Files that specs name, and times, are not among the facts. */
function isFlawless({ specs, blocked, diagnostics, complete, included, uploads }: Loaded): boolean {
  return (
    complete &&
    blocked.length + diagnostics.length + included.length + uploads.length === 0 &&
    specs.every(({ policy, upload, download }) => {
      return [policy.schedule, policy.upload, policy.download, upload, download].every((one) => one === undefined)
    })
  )
}
