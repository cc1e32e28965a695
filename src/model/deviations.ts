import { findDifferences } from './difference.ts'
import { canonicalise, type JsonObject, joinPointer, omitMembers } from './json.ts'
import type { KindModel } from './kind.ts'
import type { Live } from './live.ts'
import type { Difference } from './plan.ts'
import { writeDocuments } from './write-documents.ts'

/**
 * Returns how a live job differs from what a spec asks for. Members that the spec leaves to AWS, or that AWS never
 * returns, are not compared.
 */
export function findDeviations(request: JsonObject, live: Live, model: KindModel): Difference[] {
  if (live.request === undefined) return []
  const asked = model.request.comparable(writeDocuments(request, model.request.documents))
  const wanted = model.request.normalise(asked)
  const actual = model.request.normalise(
    model.request.comparable(writeDocuments(live.request, model.request.documents)),
  )
  // Some reads leave a document out: only another call returns it.
  const named = Object.keys(asked).filter(
    (member) => member in actual || !model.request.documents.includes(joinPointer('', member)),
  )
  const unset = Object.keys(wanted).filter((member) => !named.includes(member))
  return findDifferences(actual, omitMembers(wanted, ...unset), { partial: true })
}

/**
 * Returns an index key: equal for any two requests for which `isJobOf` is true. It leaves documents out, since some
 * reads do not return them.
 */
export function getDefinitionKey(request: JsonObject, model: KindModel): string {
  const { documents } = model.request
  const definition = model.request.normalise(model.request.comparable(writeDocuments(request, documents)))
  return canonicalise(
    omitMembers(definition, ...Object.keys(definition).filter((member) => documents.includes(joinPointer('', member)))),
  )
}

/** Returns whether a live job is exactly what a request asks for. False if AWS does not return its definition. */
export function isJobOf(request: JsonObject, live: Live, model: KindModel): boolean {
  if (live.request === undefined) return false
  return (
    findDeviations(request, live, model).length === 0 &&
    findDeviations(live.request, { ...live, request }, model).length === 0
  )
}
