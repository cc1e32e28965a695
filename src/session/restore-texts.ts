import { findOldTexts, type OldText } from '../load/old-texts.ts'
import { listElements } from '../model/elements.ts'
import { getValue } from '../model/json.ts'
import { type Difference, getChanges, type Plan, type Planned } from '../model/plan.ts'
import { formatDocument, isDigest } from '../model/write-documents.ts'
import type { Session } from './session.ts'

/**
 * Adds the elements in which long texts differ to the lines of a plan. The state holds only the digests of recorded
 * texts, so they come from the history of the spec's files.
 */
export async function restoreTexts(plan: Plan, { project }: Pick<Session, 'project'>): Promise<Plan> {
  const wanted = plan.actions.flatMap(listDigests)
  if (wanted.length === 0) return plan
  const texts = await findOldTexts(project.root, wanted)
  return { ...plan, actions: plan.actions.map((planned) => addElements(planned, texts)) }
}

/** Lists the recorded texts that a line compares by their digests. */
function listDigests(planned: Planned): OldText[] {
  const { spec } = planned
  if (spec === undefined) return []
  return (getChanges(planned) ?? []).flatMap(({ pointer, from }) =>
    isDigest(from) ? { spec, pointer, digest: String(getValue(from, '/$digest')) } : [],
  )
}

function addElements(planned: Planned, texts: ReadonlyMap<string, string>): Planned {
  const { spec } = planned
  const changes = getChanges(planned)
  if (spec === undefined || !changes?.some(({ from }) => isDigest(from))) return planned
  const restored = changes.map((change): Difference => {
    const from = texts.get(String(getValue(change.from, '/$digest')))
    const to = getValue(spec.request, change.pointer)
    return from === undefined || to === undefined ? change : { ...change, from, to: formatDocument(to) }
  })
  return { ...planned, elements: listElements(restored, spec.request) }
}
