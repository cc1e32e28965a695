import type { ApprovedPlan } from '../model/approved-plan.ts'
import { digest } from '../model/digest.ts'
import { canonicalise, isObject, type Json, type JsonObject, omitMembers } from '../model/json.ts'
import { Problem } from '../model/problem.ts'
import { type Remedy, suggest } from '../model/remedy.ts'
import { findFault } from './check.ts'

/** Formats a plan file: JSON with one action on each line, by address. Equal plans give equal files. */
export function formatPlanFile({ actions, ...head }: ApprovedPlan): string {
  const sorted = [...actions].sort((a, b) => (a.address < b.address ? -1 : a.address > b.address ? 1 : 0))
  const plan = { ...head, actions: sorted } as unknown as JsonObject
  const lines = sorted.map((action) => `    ${JSON.stringify(action)}`)
  const members = Object.entries(head).map(
    ([member, value]) => `  ${JSON.stringify(member)}: ${JSON.stringify(value)},`,
  )
  return [
    '{',
    ...members,
    lines.length === 0 ? '  "actions": [],' : `  "actions": [\n${lines.join(',\n')}\n  ],`,
    `  "checksum": ${JSON.stringify(computeChecksum(plan))}`,
    '}\n',
  ].join('\n')
}

/** Reads a plan file. Throws a Problem (exit 8) for text that no `plan --out` of this version wrote. */
export function parsePlanFile(text: string, file: string): ApprovedPlan {
  // `plan --out` replaces only plan files.
  const again = isPlanFile(text)
    ? suggest('make it again, and have it approved', 'plan', '--out', file)
    : suggest('name a file that plan --out wrote, or write one', 'plan', '--out', `${file}.plan.json`)
  const value = parseJson(text)
  if (!isObject(value)) throw createUnreadable(`${file} is torn, or holds no plan`, again)
  const { version } = value
  if (value['kind'] === 'Plan' && typeof version === 'number' && version !== 1)
    throw new Problem({
      code: 'PLAN_FILE_VERSION',
      message: `${file} has the format version ${version}, and this version of Jobwright reads version 1`,
      remedies: [again],
    })
  const fault = findFault('plan', value)
  if (fault) throw createUnreadable(`${file} is no plan of Jobwright: ${fault.pointer || 'it'} ${fault.message}`, again)
  if (value['checksum'] !== computeChecksum(value))
    throw createUnreadable(`${file} was edited: its checksum does not match`, again)
  return omitMembers(value, 'checksum') as unknown as ApprovedPlan
}

/** Returns whether a text is a plan file of any version, even a damaged or empty one. Only such a file may be replaced. */
export function isPlanFile(text: string): boolean {
  return text.trim() === '' || /^\s*\{\s*"apiVersion":\s*"jobwright\/v1",\s*"kind":\s*"Plan"/.test(text)
}

/** Creates the problem of a plan file that cannot be used. */
export function createUnreadable(message: string, ...remedies: readonly Remedy[]): Problem {
  return new Problem({ code: 'PLAN_FILE_UNREADABLE', message, remedies })
}

function computeChecksum(plan: JsonObject): string {
  return digest(canonicalise(omitMembers(plan, 'checksum')))
}

function parseJson(text: string): Json | undefined {
  try {
    return JSON.parse(text) as Json
  } catch {
    return undefined
  }
}
