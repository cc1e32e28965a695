import { differences } from '../model/difference.ts'
import { type JsonObject, without } from '../model/json.ts'
import type { Live } from '../model/live.ts'
import type { Difference } from '../model/plan.ts'
import { written } from '../model/written.ts'
import type { KindModel } from './kind.ts'

/** Where a live job differs from what a spec asks for. Members that the spec leaves to AWS, and those AWS never tells, are not compared. */
export function deviations(request: JsonObject, live: Live, model: KindModel): Difference[] {
  if (live.request === undefined) return []
  const asked = model.comparable(written(request, model.documents))
  const wanted = model.normalise(asked)
  const told = model.normalise(model.comparable(written(live.request, model.documents)))
  const named = Object.keys(asked).filter((member) => member in told || member !== 'document')
  const unset = Object.keys(wanted).filter((member) => !named.includes(member))
  return differences(told, without(wanted, ...unset), { partial: true })
}

/** Whether a live job is what a request asks for: neither says anything that the other does not. False where AWS tells no definition. */
export function isJobOf(request: JsonObject, live: Live, model: KindModel): boolean {
  if (live.request === undefined) return false
  return (
    deviations(request, live, model).length === 0 && deviations(live.request, { ...live, request }, model).length === 0
  )
}
