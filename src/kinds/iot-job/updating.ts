import type { Condition } from '../../model/condition.ts'
import { type Json, type JsonObject, splitPointer } from '../../model/json.ts'
import type { Updating } from '../../model/kind.ts'
import type { Difference } from '../../model/plan.ts'

/** The settings that UpdateJob accepts (IoT API reference, UpdateJob). */
export const SETTINGS: readonly string[] = [
  'description',
  'presignedUrlConfig',
  'jobExecutionsRolloutConfig',
  'abortConfig',
  'timeoutConfig',
  'jobExecutionsRetryConfig',
]

/** Chooses the calls that update an unfinished job to its spec: settings, tags, and new groups of a CONTINUOUS job. */
export function chooseUpdates(
  before: JsonObject,
  after: JsonObject,
  changed: readonly Difference[],
  condition: Condition | undefined,
): Updating {
  const by = new Set<string>()
  for (const { pointer } of changed) {
    const member = splitPointer(pointer)[0] ?? ''
    const way = chooseOperation(member, before, after, condition)
    if (typeof way === 'string') return { refused: way, pointer }
    for (const operation of way) by.add(operation)
  }
  return { by: [...by], warning: by.has('UpdateJob') ? warnOfTimeout(changed) : undefined }
}

/** The operations that update one member, or why AWS allows none. */
function chooseOperation(
  member: string,
  before: JsonObject,
  after: JsonObject,
  condition: Condition | undefined,
): readonly string[] | string {
  if (member === 'tags') {
    return [
      ...(listAddedTags(before, after).length > 0 ? ['TagResource'] : []),
      ...(listRemovedTags(before, after).length > 0 ? ['UntagResource'] : []),
    ]
  }
  if (member === 'targets') return addTargets(before, after, condition)
  if (!SETTINGS.includes(member)) return `AWS IoT cannot change the ${member} of a job`
  if (after[member] === undefined) return `AWS IoT can change ${member} of a job, but not take it away`
  return ['UpdateJob']
}

function addTargets(
  before: JsonObject,
  after: JsonObject,
  condition: Condition | undefined,
): readonly string[] | string {
  if (listTexts(before['targets']).some((target) => !listTexts(after['targets']).includes(target)))
    return 'AWS IoT cannot take targets away from a job'
  const added = listAddedTargets(before, after)
  if (after['targetSelection'] !== 'CONTINUOUS') return 'only a CONTINUOUS job takes further targets'
  if (added.some((target) => !target.includes(':thinggroup/'))) return 'only thing groups can be added to a job'
  if (condition?.type !== 'InProgress') return 'targets can be added only while the job is in progress'
  return ['AssociateTargetsWithJob']
}

/** Targets that only the new spec has. */
export function listAddedTargets(before: JsonObject, after: JsonObject): string[] {
  const known = listTexts(before['targets'])
  return listTexts(after['targets']).filter((target) => !known.includes(target))
}

/** Tags that are new or have a new value. */
export function listAddedTags(before: JsonObject, after: JsonObject): JsonObject[] {
  const known = indexTags(before)
  return [...indexTags(after)]
    .filter(([key, value]) => known.get(key) !== value)
    .map(([Key, Value]) => ({ Key, Value }))
}

/** Keys of tags that only the record has. */
export function listRemovedTags(before: JsonObject, after: JsonObject): string[] {
  const wanted = indexTags(after)
  return [...indexTags(before).keys()].filter((key) => !wanted.has(key))
}

function indexTags({ tags }: JsonObject): Map<string, string> {
  const list = Array.isArray(tags) ? (tags as readonly JsonObject[]) : []
  return new Map(list.map(({ Key, Value = '' }) => [String(Key), String(Value)]))
}

function listTexts(value: Json | undefined): readonly string[] {
  return Array.isArray(value) ? value.filter((one: Json) => typeof one === 'string') : []
}

function warnOfTimeout(changed: readonly Difference[]): string | undefined {
  const isChanged = changed.some(({ pointer }) => pointer.startsWith('/timeoutConfig'))
  return isChanged ? 'the new timeout reaches only devices that have not started' : undefined
}
