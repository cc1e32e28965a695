import { findCachePlace } from '../../load/cache-place.ts'
import { computeDigest } from '../../model/digest.ts'
import { isObject, type Json } from '../../model/json.ts'
import type { CountedPlan } from '../../report/plan-frame.ts'
import { readCacheFile, replaceCacheFile } from '../../system/cache-file.ts'

/** What an idle plan was made from, as digests. No text of a spec or of the environment is stored. */
export type Facts = {
  readonly env: string
  readonly config: string
  readonly state: string
  readonly journal: string
  readonly specs: string
}

/** The last plan that had nothing to do, and what it was made from. */
export type IdleMemo = {
  /** When it was made, in epoch milliseconds. */
  readonly at: number
  readonly facts: Facts
  readonly commit: string
  readonly isShallow: boolean
  /** The project's path in its repository, as Git prints it. */
  readonly prefix: string
  /** Where specs are searched. */
  readonly patterns: readonly string[]
  readonly arePatternsGiven: boolean
  /** The path of the state, as jobwright.yaml writes it. */
  readonly state: string
  /** YAML files of HEAD that hold no specs, from the root. If one is missing, the plan says so. */
  readonly unread: readonly string[]
  readonly said: CountedPlan
}

/** A larger memo is neither written nor read. */
const BYTES_MAX = 1024 * 1024
const NAME = 'idle'

/** Reads the memo of a project. Undefined if there is none, another build wrote it, or any byte is not as it was written. */
export function readMemo(root: string, build: string): IdleMemo | undefined {
  const file = findCachePlace(root, NAME)
  const text = file === undefined ? undefined : readCacheFile(file, BYTES_MAX)?.toString('utf8')
  const [first, body = ''] = text?.split('\n') ?? []
  return first === formatFirstLine(build, body) ? parseMemo(body) : undefined
}

/** Writes the memo of a project. Nothing happens if it cannot be written. */
export function writeMemo(root: string, build: string, memo: IdleMemo): void {
  const file = findCachePlace(root, NAME)
  const body = JSON.stringify(memo)
  if (file !== undefined && Buffer.byteLength(body) < BYTES_MAX / 2)
    replaceCacheFile(file, [`${formatFirstLine(build, body)}\n${body}\n`])
}

function formatFirstLine(build: string, body: string): string {
  return `jobwright-idle 1 ${build} ${computeDigest(body)}`
}

function parseMemo(body: string): IdleMemo | undefined {
  try {
    const memo = JSON.parse(body) as Json
    return isMemo(memo) ? memo : undefined
  } catch {
    return undefined
  }
}

/** Somebody else may have written the file. */
function isMemo(memo: Json): memo is Json & IdleMemo {
  if (!isObject(memo) || !isObject(memo['facts']) || !isObject(memo['said'])) return false
  const { at, commit, prefix, state, said, patterns, unread } = memo
  return (
    typeof at === 'number' &&
    isTexts([commit, prefix, state, said['heading'], said['closing']]) &&
    isTexts(patterns) &&
    isTexts(unread)
  )
}

function isTexts(list: Json | undefined | readonly (Json | undefined)[]): boolean {
  return Array.isArray(list) && list.every((one) => typeof one === 'string')
}
