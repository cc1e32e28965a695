import { readProjectPlace } from '../../load/project-place.ts'
import { Problem } from '../../model/problem.ts'
import { advise } from '../../model/remedy.ts'
import { escapeForTerminal } from '../../report/escape.ts'
import { formatCount } from '../../report/words.ts'
import { findLostState } from '../../session/lost-state.ts'
import type { Printer } from '../../session/printer.ts'
import { createFirstState, loadSpecs, openProjectStore, type Project } from '../../session/project.ts'
import { createUnclaimed } from '../../session/state-owner.ts'
import { systemClock } from '../../system/clock.ts'
import { formatOutcome } from './format-outcome.ts'
import type { InitOptions } from './init-options.ts'

/** Throws a Problem (STATE_MISSING) if there is no state but signs of a lost one. */
export async function assertNoneLost(project: Project): Promise<void> {
  try {
    const { state, diagnostics } = await openProjectStore(project, {}).read()
    if (state !== undefined || diagnostics.some(({ code }) => code !== 'STATE_MISSING')) return
  } catch (error) {
    // Storing the state reports the same error after the files are written.
    if (error instanceof Problem) return
    throw error
  }
  const lost = await findLostState(project, await loadSpecs(project, {}))
  if (lost) throw new Problem({ code: 'STATE_MISSING', ...lost })
}

/** Stores the first state and returns a line about it. */
export async function beginState(project: Project, { newState }: InitOptions, out: Printer): Promise<string> {
  const store = openProjectStore(project, {})
  const where = escapeForTerminal(store.where)
  const open = await store.open()
  try {
    const { state } = open
    if (state !== undefined && !newState) {
      const doubt = await createUnclaimed(project, await readProjectPlace(project.root), state)
      if (doubt) out.diagnostics([doubt], systemClock.now())
      return formatOutcome('kept', 'the state', `${where}; ${formatCount(Object.keys(state.records).length, 'job')}`)
    }
    const created = await open.create(await createFirstState(project, systemClock), { anew: newState === true })
    if (created.is === 'stale') {
      throw new Problem({
        code: 'STATE_STALE',
        message: `another process has just created a state: ${created.message}`,
        remedies: [advise('run the command again: it keeps that state')],
      })
    }
    return formatOutcome('stored', 'an empty state', where)
  } finally {
    await open.close()
  }
}
