import { differences } from '../model/difference.ts'
import { canonical, type JsonObject } from '../model/json.ts'
import type { KindModel } from '../model/kind.ts'
import type { Difference } from '../model/plan.ts'
import type { Spec } from '../model/spec.ts'
import { type JobRecord, type Site, siteKey } from '../model/state.ts'
import { written } from '../model/written.ts'

/**
 * What a user changed in a spec after its job was submitted. Both sides go through today's normal form, so that neither a comment nor an
 * upgrade of Jobwright is an edit. `site` is where the spec's target points now; undefined leaves it out.
 */
export function edits(spec: Spec, record: JobRecord, model: KindModel, site: Site | undefined): Difference[] {
  const before = model.request.normalise(record.request)
  const after = model.request.normalise(written(spec.request, model.request.documents))
  return [...differences(before, after), ...idEdit(spec, record, model), ...siteEdit(record, site)]
}

function idEdit(spec: Spec, record: JobRecord, model: KindModel): Difference[] {
  const own = model.identity.idMember === undefined ? undefined : spec.request[model.identity.idMember]
  if (own === undefined || record.id === undefined || own === record.id) return []
  return [{ pointer: `/${model.identity.idMember}`, from: record.id, to: own }]
}

function siteEdit(record: JobRecord, site: Site | undefined): Difference[] {
  if (site === undefined || siteKey(site) === siteKey(record.site)) return []
  return [{ pointer: '/policy/target', from: siteKey(record.site), to: siteKey(site) }]
}

/** The normal form without the ID, as one text: two requests are the same job twice if it is equal. */
export function requestKey(request: JsonObject, model: KindModel): string {
  return canonical(model.request.normalise(written(request, model.request.documents)))
}
