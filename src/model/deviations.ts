import { findDifferences } from './difference.ts'
import { canonicalise, type JsonObject, joinPointer, omitMembers } from './json.ts'
import type { KindModel } from './kind.ts'
import type { Live } from './live.ts'
import type { Difference } from './plan.ts'
import { writeDocuments } from './written.ts'

/** Where a live job differs from what a spec asks for. Members that the spec leaves to AWS, and those AWS never tells, are not compared. */
export function findDeviations(request: JsonObject, live: Live, model: KindModel): Difference[] {
  if (live.request === undefined) return []
  const asked = model.request.comparable(writeDocuments(request, model.request.documents))
  const wanted = model.request.normalise(asked)
  const told = model.request.normalise(model.request.comparable(writeDocuments(live.request, model.request.documents)))
  // Some reads leave a document out: another call tells it.
  const named = Object.keys(asked).filter(
    (member) => member in told || !model.request.documents.includes(joinPointer('', member)),
  )
  const unset = Object.keys(wanted).filter((member) => !named.includes(member))
  return findDifferences(told, omitMembers(wanted, ...unset), { partial: true })
}

/**
 * A text that is the same for any two requests of which `isJobOf` holds, so that an index can rule out all others. Documents are left out:
 * some reads do not tell them.
 */
export function getDefinitionKey(request: JsonObject, model: KindModel): string {
  const { documents } = model.request
  const told = model.request.normalise(model.request.comparable(writeDocuments(request, documents)))
  return canonicalise(
    omitMembers(told, ...Object.keys(told).filter((member) => documents.includes(joinPointer('', member)))),
  )
}

/** Whether a live job is what a request asks for: neither says anything that the other does not. False where AWS tells no definition. */
export function isJobOf(request: JsonObject, live: Live, model: KindModel): boolean {
  if (live.request === undefined) return false
  return (
    findDeviations(request, live, model).length === 0 &&
    findDeviations(live.request, { ...live, request }, model).length === 0
  )
}
