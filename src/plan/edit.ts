import type { KindModel } from '../kinds/kind.ts'
import { differences } from '../model/difference.ts'
import { canonical, type JsonObject, without } from '../model/json.ts'
import type { Live } from '../model/live.ts'
import type { Difference } from '../model/plan.ts'
import type { Spec } from '../model/spec.ts'
import { type JobRecord, type Site, siteKey } from '../model/state.ts'
import { written } from '../model/written.ts'

/**
 * What a user changed in a spec after its job was submitted. Both sides go through today's normal form, so that neither a comment nor an
 * upgrade of Jobwright is an edit. `site` is where the spec's target points now; undefined leaves it out.
 */
export function edits(spec: Spec, record: JobRecord, model: KindModel, site: Site | undefined): Difference[] {
  const before = model.normalise(record.request)
  const after = model.normalise(written(spec.request, model.documents))
  return [...differences(before, after), ...idEdit(spec, record, model), ...siteEdit(record, site)]
}

function idEdit(spec: Spec, record: JobRecord, model: KindModel): Difference[] {
  const own = model.idMember === undefined ? undefined : spec.request[model.idMember]
  if (own === undefined || record.id === undefined || own === record.id) return []
  return [{ pointer: `/${model.idMember}`, from: record.id, to: own }]
}

function siteEdit(record: JobRecord, site: Site | undefined): Difference[] {
  if (site === undefined || siteKey(site) === siteKey(record.site)) return []
  return [{ pointer: '/policy/target', from: siteKey(record.site), to: siteKey(site) }]
}

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

/** The normal form without the ID, as one text: two requests are the same job twice if it is equal. */
export function requestKey(request: JsonObject, model: KindModel): string {
  return canonical(model.normalise(written(request, model.documents)))
}
