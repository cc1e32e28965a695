import { type Address, formatAddress } from '../model/address.ts'
import { isObject, type Json, type JsonObject } from '../model/json.ts'
import type { KindModel } from '../model/kind.ts'
import type { Schedule } from '../model/schedule.ts'
import type { Dependency, Policy, Spec } from '../model/spec.ts'
import type { Base } from './draft.ts'

/**
 * Builds a spec from a document whose envelope its schema has checked. `files`: the other files that the request
 * consists of. `template`: the request before `$text` and `$time` are replaced, with a schedule.
 */
export function buildSpec(
  value: JsonObject,
  { kind }: KindModel,
  request: JsonObject,
  files: readonly string[],
  { source, place, index }: Pick<Base, 'source' | 'place' | 'index'>,
  template?: JsonObject,
): Spec {
  const metadata = getMapping(value['metadata'])
  const name = metadata['name'] as string
  return {
    address: formatAddress(kind, name),
    kind,
    name,
    labels: getMapping(metadata['labels']) as Readonly<Record<string, string>>,
    formerly: getText(metadata['formerly']),
    policy: buildPolicy(value),
    request,
    template,
    files: [source.file, ...files],
    place,
    index,
  }
}

/** Builds the policy of a document, with defaults filled in. */
export function buildPolicy(value: JsonObject): Policy {
  const policy = getMapping(value['policy'])
  return Object.keys(policy).length === 0 ? DEFAULT_POLICY : fillPolicy(policy)
}

function fillPolicy(policy: JsonObject): Policy {
  return {
    target: getText(policy['target']),
    run: Number(policy['run'] ?? 1),
    hold: policy['hold'] === true,
    adopt: policy['adopt'] === true,
    ownerTag: getFlag(policy['ownerTag']),
    allowIdentical: policy['allowIdentical'] === true,
    maxFailedPercent: Number(getMapping(policy['success'])['maxFailedPercent'] ?? 0),
    onRemove: policy['onRemove'] === 'cancel' ? 'cancel' : undefined,
    dependsOn: buildDependsOn(policy['dependsOn']),
    notBefore: getText(policy['notBefore']),
    expires: getText(policy['expires']),
    upload: getText(policy['upload']),
    download: getText(policy['download']),
    schedule: buildSchedule(policy['schedule']),
  }
}

/** `checkSchedule` has checked it. */
function buildSchedule(value: Json | undefined): Schedule | undefined {
  if (!isObject(value)) return undefined
  const { at, maxCatchUp } = value
  return {
    cron: getText(value['cron']),
    every: getText(value['every']),
    at: Array.isArray(at) ? (at as string[]) : undefined,
    timezone: getText(value['timezone']),
    start: String(value['start']),
    end: getText(value['end']),
    catchUp: (getText(value['catchUp']) ?? 'latest') as Schedule['catchUp'],
    maxCatchUp: typeof maxCatchUp === 'number' ? maxCatchUp : 3,
    overlap: (getText(value['overlap']) ?? 'wait') as Schedule['overlap'],
  }
}

function buildDependsOn(list: Json | undefined): Policy['dependsOn'] {
  if (!Array.isArray(list)) return undefined
  return list.map((one: Json): Dependency => {
    if (typeof one === 'string') return { job: one as Address, when: 'succeeded' }
    const { job, when } = getMapping(one)
    return { job: job as Address, when: when === 'finished' ? 'finished' : 'succeeded' }
  })
}

const NO_MEMBERS: JsonObject = {}

function getMapping(value: Json | undefined): JsonObject {
  return isObject(value) ? value : NO_MEMBERS
}

/** Most specs have no policy, and share this one. */
const DEFAULT_POLICY = fillPolicy(NO_MEMBERS)

function getFlag(value: Json | undefined): boolean | undefined {
  return typeof value === 'boolean' ? value : undefined
}

function getText(value: Json | undefined): string | undefined {
  return typeof value === 'string' ? value : undefined
}
