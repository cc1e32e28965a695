import { differences } from './difference.ts'
import { canonical, into, type JsonObject, without } from './json.ts'
import type { KindModel } from './kind.ts'
import type { Live } from './live.ts'
import type { Difference } from './plan.ts'
import { written } from './written.ts'

/** Where a live job differs from what a spec asks for. Members that the spec leaves to AWS, and those AWS never tells, are not compared. */
export function deviations(request: JsonObject, live: Live, model: KindModel): Difference[] {
  if (live.request === undefined) return []
  const asked = model.request.comparable(written(request, model.request.documents))
  const wanted = model.request.normalise(asked)
  const told = model.request.normalise(model.request.comparable(written(live.request, model.request.documents)))
  // Some reads leave a document out: another call tells it.
  const named = Object.keys(asked).filter(
    (member) => member in told || !model.request.documents.includes(into('', member)),
  )
  const unset = Object.keys(wanted).filter((member) => !named.includes(member))
  return differences(told, without(wanted, ...unset), { partial: true })
}

/**
 * A text that is the same for any two requests of which `isJobOf` holds, so that an index can rule out all others. Documents are left out:
 * some reads do not tell them.
 */
export function definitionKey(request: JsonObject, model: KindModel): string {
  const { documents } = model.request
  const told = model.request.normalise(model.request.comparable(written(request, documents)))
  return canonical(without(told, ...Object.keys(told).filter((member) => documents.includes(into('', member)))))
}

/** Whether a live job is what a request asks for: neither says anything that the other does not. False where AWS tells no definition. */
export function isJobOf(request: JsonObject, live: Live, model: KindModel): boolean {
  if (live.request === undefined) return false
  return (
    deviations(request, live, model).length === 0 && deviations(live.request, { ...live, request }, model).length === 0
  )
}
