import { type Diagnostic, diagnose } from '../model/diagnostic.ts'
import { advise, suggest } from '../model/remedy.ts'
import type { State } from '../model/state.ts'
import { formatPlace, formatPlaceLine, listPlaceOptions } from '../model/state-place.ts'

/**
 * Explains why no run may use a state: it moved to another place (STATE_MOVED), or it is a copy that a move has not activated yet
 * (STATE_INACTIVE). Undefined if neither holds. `kept`: how many changes only this machine's journal has.
 */
export function findMove(where: string, { moved, inactive }: State, kept = 0): Diagnostic | undefined {
  if (moved !== undefined) {
    const changes = kept === 1 ? 'the change' : `the ${kept} changes`
    const handOver = suggest(
      `first, hand over ${changes} that only this machine keeps`,
      'state',
      'move',
      ...listPlaceOptions(moved.to),
    )
    return diagnose({
      code: 'STATE_MOVED',
      message: `the state at ${where} moved to ${formatPlace(moved.to)} on ${moved.at}`,
      remedies: [
        ...(kept === 0 ? [] : [handOver]),
        advise(`write its new place in jobwright.yaml, or pull the commit that does: ${formatPlaceLine(moved.to)}`),
      ],
    })
  }
  if (inactive === undefined) return undefined
  return diagnose({
    code: 'STATE_INACTIVE',
    message: `${where} holds a copy that is not active: a move from ${formatPlace(inactive.from)} began on ${inactive.at} and has not ended`,
    remedies: [suggest('run the move again', 'state', 'move', ...listPlaceOptions(inactive.to))],
  })
}
