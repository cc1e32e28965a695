import { isTerminal } from '../../model/condition.ts'
import { findDifferences } from '../../model/difference.ts'
import { isSameJson, type Json, type JsonObject } from '../../model/json.ts'
import type { KindModel } from '../../model/kind.ts'
import type { Difference, PlannedStop } from '../../model/plan.ts'
import { advise } from '../../model/remedy.ts'
import type { Spec, Upload } from '../../model/spec.ts'
import { getSiteKey, type JobRecord, type Site } from '../../model/state.ts'
import { writeDocuments } from '../../model/write-documents.ts'
import { createLine } from '../context.ts'
import { isOfUpload } from './files.ts'

/**
 * Returns what a user changed in a spec after its job was submitted. Both sides use today's normal form, so neither a
 * comment nor an upgrade of Jobwright counts as an edit. `site`: the current site of the spec's target; undefined skips
 * it.
 */
export function findEdits(spec: Spec, record: JobRecord, model: KindModel, site: Site | undefined): Difference[] {
  return [...findRequestEdits(spec, record, model), ...findIdEdit(spec, record, model), ...findSiteEdit(record, site)]
}

/** The last comparison of each record's request. A run needs it several times, and a watch in every round. */
const compared = new WeakMap<JobRecord, { readonly request: JsonObject; readonly edits: readonly Difference[] }>()

function findRequestEdits(spec: Spec, record: JobRecord, model: KindModel): readonly Difference[] {
  const known = compared.get(record)
  if (known?.request === spec.request) return known.edits
  const edits = compareRequests(spec, record, model)
  compared.set(record, { request: spec.request, edits })
  return edits
}

function compareRequests(spec: Spec, record: JobRecord, { request }: KindModel): Difference[] {
  // Most specs are as they were. These comparisons cost less than the recorded form, and that less than a normal form.
  if (isSameJson(spec.request, record.request)) return []
  const written = writeDocuments(spec.request, request.documents)
  if (isSameJson(written, record.request)) return []
  return findDifferences(request.normalise(record.request), request.normalise(written))
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

/** Returns the conflict of an edited spec. The printer adds the spec's line in its file. */
export function planEdited(
  spec: Spec,
  model: KindModel,
  record: JobRecord,
  changes: readonly Difference[],
  why?: { readonly refused: string; readonly pointer: string },
): PlannedStop {
  // A change that AWS does not support comes first: its line in the file is shown.
  const inOrder = [...changes].sort((a, b) => Number(b.pointer === why?.pointer) - Number(a.pointer === why?.pointer))
  const { what, first = what, back } = describeWayBack(spec, model, inOrder)
  const end = ` after the job was submitted${isTerminal(record.condition) ? ' and ended' : ''}`
  return createLine(spec, {
    action: 'conflict',
    code: 'PLAN_IMMUTABLE',
    id: record.id,
    record,
    changes: inOrder,
    reason: `${what}${end}`,
    ...(first !== what && { findingKey: `${first}${end}` }),
    remedies: [
      advise(
        `${why ? `${why.refused}: ` : ''}${back}, or write policy.run: ${record.run + 1} to run it again; for another job beside it, restore this spec and write a second one`,
      ),
    ],
  })
}

/** Names the first change, and how many more there are. */
export function describeChanges(changes: readonly Difference[]): string {
  const first = changes[0]!.pointer
  return changes.length === 1 ? first : `${first} and ${changes.length - 1} more`
}

/** A change and how to undo it. `first`: the first wording of `what`, if another one replaced it. */
type WayBack = { readonly what: string; readonly first?: string; readonly back: string }

/**
 * Names the change and how to undo it. A change outside the spec, such as a target or an uploaded file, is named there.
 */
function describeWayBack(spec: Spec, model: KindModel, changes: readonly Difference[]): WayBack {
  const { pointer, to } = changes[0]!
  if (changes.length === 1 && pointer === '/policy/target') {
    const isNamed = spec.policy.target !== undefined
    const back = `let ${isNamed ? 'policy.target' : 'the default target'}, or its region in jobwright.yaml, lead there again`
    const scratch = ' (or remove .jobwright/emulator, to begin a new one)'
    const target = isNamed ? 'policy.target' : 'the default target'
    return {
      what: `${target} was pointed elsewhere`,
      first: `${target} came to lead elsewhere`,
      back: String(to).endsWith('/emulator') ? `${back}${scratch}` : back,
    }
  }
  if (changes.length === 1 && isOfUpload(spec, model, pointer)) {
    return describeUploadWayBack(spec.upload!, changes[0]!.from)
  }
  return { what: `${describeChanges(changes)} changed`, back: 'restore the old value' }
}

/** Describes a changed upload file. If only its line ends differ, Git converted them. */
function describeUploadWayBack({ file, md5, otherEnds }: Upload, before: Json | undefined): WayBack {
  const what = `${file}, the file of policy.upload,`
  if (otherEnds === undefined || (before !== otherEnds.lf && before !== otherEnds.crlf))
    return { what: `${what} changed`, back: 'restore the old file' }
  const [now, then] = md5 === otherEnds.crlf ? ['CRLF', 'LF'] : ['LF', 'CRLF']
  return {
    what: `${what} changed its line ends from ${then} to ${now} (core.autocrlf of Git)`,
    first: `${what} came to have ${now} line ends in place of ${then} (core.autocrlf of Git)`,
    back: `write "${file} -text" into .gitattributes, delete the file and check it out again`,
  }
}
