import { findDifferences } from '../../model/difference.ts'
import { canonicalise, type JsonObject } from '../../model/json.ts'
import type { KindModel } from '../../model/kind.ts'
import type { Difference } from '../../model/plan.ts'
import type { Spec } from '../../model/spec.ts'
import { getSiteKey, type JobRecord, type Site } from '../../model/state.ts'
import { writeDocuments } from '../../model/written.ts'

/**
 * Returns what a user changed in a spec after its job was submitted. Both sides use today's normal form, so neither a
 * comment nor an upgrade of Jobwright counts as an edit. `site`: the current site of the spec's target; undefined skips
 * it.
 */
export function findEdits(spec: Spec, record: JobRecord, model: KindModel, site: Site | undefined): Difference[] {
  const before = model.request.normalise(record.request)
  const after = model.request.normalise(writeDocuments(spec.request, model.request.documents))
  return [...findDifferences(before, after), ...findIdEdit(spec, record, model), ...findSiteEdit(record, site)]
}

function findIdEdit(spec: Spec, record: JobRecord, model: KindModel): Difference[] {
  const own = model.identity.idMember === undefined ? undefined : spec.request[model.identity.idMember]
  if (own === undefined || record.id === undefined || own === record.id) return []
  return [{ pointer: `/${model.identity.idMember}`, from: record.id, to: own }]
}

function findSiteEdit(record: JobRecord, site: Site | undefined): Difference[] {
  if (site === undefined || getSiteKey(site) === getSiteKey(record.site)) return []
  return [{ pointer: '/policy/target', from: getSiteKey(record.site), to: getSiteKey(site) }]
}

/** Returns the normal form without the ID, as one text. Two requests with equal texts are the same job twice. */
export function getRequestKey(request: JsonObject, model: KindModel): string {
  return canonicalise(model.request.normalise(writeDocuments(request, model.request.documents)))
}
