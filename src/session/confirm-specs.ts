import { getModel } from '../kinds/index.ts'
import type { Loaded } from '../load/load.ts'
import type { State } from '../model/state.ts'
import { type Doubtful, findDoubtful } from '../plan/recalled-files.ts'
import { admitRecorded } from './admit-recorded.ts'
import type { CommonOptions } from './host.ts'
import { loadSessionSpecs, type Session } from './session.ts'

/**
 * Returns the specs to plan with, now that the state is known. A spec that may cause an act is read, parsed and checked
 * afresh, whatever the cache says of it.
 */
export async function confirmSpecs(
  { project, loaded: given }: Pick<Session, 'project' | 'loaded'>,
  state: State | undefined,
  options: CommonOptions,
): Promise<Loaded> {
  let loaded = given
  const afresh = new Set<string>()
  for (let doubtful = judge(loaded, state); ; doubtful = judge(loaded, state)) {
    if (doubtful !== 'all' && doubtful.size === 0) return admitRecorded(loaded, state)
    // What is read afresh may show that more is doubtful.
    if (doubtful === 'all') loaded = await loadSessionSpecs(project, { ...options, cache: false })
    else {
      for (const file of doubtful) afresh.add(file)
      loaded = await loadSessionSpecs(project, options, afresh)
    }
  }
}

/** A cache that somebody else wrote may hold requests of any form. */
function judge({ specs, blocked, recalled }: Loaded, state: State | undefined): Doubtful {
  try {
    return findDoubtful({ specs, blocked, recalled, state, modelOf: getModel })
  } catch {
    return 'all'
  }
}
