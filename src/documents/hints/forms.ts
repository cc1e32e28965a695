import type { ErrorObject } from 'ajv'
import { advise, type Remedy, suggest } from '../../model/remedy.ts'
import { isTemplate } from '../check/placeholders.ts'
import { getDescription } from '../check/schema-error.ts'
import { describeRange, list, shorten } from './words.ts'

/**
 * Says what a malformed text probably means. Otherwise describes the required form: a description, an example, or the
 * allowed characters.
 */
export function formRemedy(error: ErrorObject, found: string): Remedy {
  if (isTemplate(found)) return advise('write the value itself: Jobwright fills in no template')
  const slip = found.length > SLIP_MAX ? undefined : findSlip(error, found)
  if (slip !== undefined) return advise(slip)
  const what = getDescription(error)?.replace(/[.,]$/, '')
  const example: unknown = error.parentSchema?.['examples']?.[0]
  const characters = error.keyword === 'pattern' ? describeCharacters(String(error.params['pattern'])) : undefined
  const parts = [
    what,
    typeof example === 'string' && !what?.includes('such as') ? `such as ${example}` : undefined,
    characters === undefined ? undefined : `allowed are ${characters}`,
    error.keyword === 'pattern' && characters === undefined && typeof example !== 'string'
      ? `it has to match ${String(error.params['pattern'])}`
      : undefined,
  ]
  const text = parts.filter((part) => part !== undefined).join('; ')
  return text === '' ? suggest('see the schema of this kind', 'schema') : advise(text)
}

/** Longer text is not a typo, and comparing it would be slow. */
const SLIP_MAX = 2048

/** Names a common mistake and what to write instead. */
function findSlip(error: ErrorObject, found: string): string | undefined {
  const moment = suggestMoment(error, found)
  if (moment !== undefined) return moment
  const candidate = listCandidates(found).find((one) => one !== found && isFitting(error, one))
  if (candidate !== undefined) return `did you mean ${shorten(candidate)}?`
  return suggestArn(error, found)
}

/** Returns true if text satisfies the rule that another text broke, and the rules beside it. */
function isFitting(error: ErrorObject, text: string): boolean {
  const { pattern, format, maxLength } = error.parentSchema ?? {}
  if (format !== undefined || typeof pattern !== 'string') return false
  if (typeof maxLength === 'number' && text.length > maxLength) return false
  return new RegExp(pattern, 'u').test(text)
}

/** Reads the S3 object from a website URL. The bucket is the first part of the host or of the path. */
function parseObjectUrl(found: string): { bucket: string; key: string } | undefined {
  const [, host = '', rest = ''] = /^https?:\/\/([\w.-]+)\/?(.*)$/s.exec(found) ?? []
  if (!host.endsWith('amazonaws.com')) return undefined
  if (host.startsWith('s3.') || host.startsWith('s3-')) {
    const [, bucket, key = ''] = /^([\w.-]+)\/?(.*)$/s.exec(rest) ?? []
    return bucket === undefined ? undefined : { bucket, key }
  }
  const end = host.indexOf('.s3')
  return end > 0 ? { bucket: host.slice(0, end), key: rest } : undefined
}

/** Lists other tools' notations of this text in ours. */
function listCandidates(found: string): string[] {
  const object = parseObjectUrl(found)
  return [
    found.trim(),
    ...(object === undefined ? [] : [`s3://${object.bucket}/${object.key}`, object.bucket]),
    ...[/^s3:\/\/([^/]+)/.exec(found)?.[1] ?? []].flat(),
    ...(/^[\w.-]+\/.*$/.test(found) ? [`s3://${found}`] : []),
    found
      .trim()
      .replace(/[^A-Za-z0-9_-]+/g, '-')
      .replace(/^[-_]+/, '')
      .replace(/(?<!-)-+$/, ''),
    found.trim().toLowerCase(),
  ].filter((one) => one !== '')
}

const DATE = /^(\d{4}-\d\d-\d\d)(?:([T ])(\d\d:\d\d)(:\d\d(?:\.\d+)?)?)?\s*(Z|[+-]\d\d(?::?\d\d)?|[A-Za-z/_]+)?$/

/** Suggests what a timestamp lacks: its zone, its T, its time of day. */
function suggestMoment(error: ErrorObject, found: string): string | undefined {
  const { format, examples } = error.parentSchema ?? {}
  const example: unknown = examples?.[0]
  const isMoment = format === 'date-time' || (typeof example === 'string' && DATE.test(example))
  const parts = DATE.exec(found.trim())
  if (!isMoment) return undefined
  const milliseconds = suggestMilliseconds(found)
  if (milliseconds !== undefined) return milliseconds
  if (!parts) return undefined
  const [, day, between, minutes, seconds = ':00', zone] = parts
  const needsZone = format === 'date-time'
  const join = needsZone ? 'T' : (between ?? ' ')
  if (minutes === undefined)
    return `a time of the day is missing: write ${day}${join}02:00${needsZone ? ':00Z' : ''} for 2 o'clock`
  const moment = `${day}${join}${minutes}${needsZone ? seconds : ''}`
  if (!needsZone) return `write ${moment}`
  if (zone === undefined) return `the zone is missing: write ${moment}Z for UTC, or an offset such as ${moment}+01:00`
  if (!/^(Z|[+-]\d\d:\d\d)$/.test(zone))
    return `write the zone as an offset from UTC: ${moment}Z, or such as ${moment}+01:00`
  return `write ${moment}${zone}, with a T between date and time`
}

/** Reads milliseconds as a date if the date is in this century. */
export function suggestMilliseconds(found: string): string | undefined {
  if (!/^1\d{12}$/.test(found)) return undefined
  return `these are milliseconds; write the date: ${new Date(Number(found)).toISOString().replace('.000Z', 'Z')}`
}

/** Says how long a text may be. */
export function suggestLength(rule: Readonly<Record<string, unknown>>, found: string): string {
  return suggestMilliseconds(found) ?? `allowed: ${describeRange(rule['minLength'], rule['maxLength'], 'character')}`
}

/** Returns true if a text has the length that a rule requires. */
export function hasLength(rule: Readonly<Record<string, unknown>>, text: string): boolean {
  const { minLength = 0, maxLength = Number.POSITIVE_INFINITY } = rule
  const length = Array.from(text).length
  return length >= Number(minLength) && length <= Number(maxLength)
}

/** Says what is wrong with an ARN: it is incomplete, or its account has another length. */
function suggestArn(error: ErrorObject, found: string): string | undefined {
  const pattern = String(error.params['pattern'] ?? '')
  const example: unknown = error.parentSchema?.['examples']?.[0]
  if (!pattern.startsWith('^arn:') || typeof example !== 'string') return undefined
  if (!found.startsWith('arn:')) return `write the whole ARN, such as ${example}`
  const account = found.split(':')[4] ?? ''
  if (/^\d+$/.test(account) && account.length !== 12)
    return `an account ID has 12 digits, and ${account} has ${account.length}${account.length < 12 ? '; a zero in front may be lost' : ''}`
  return `${getDescription(error)?.replace(/\.$/, '') ?? 'an ARN'}; such as ${example}`
}

/** Describes a pattern that consists of character classes: `letters, digits, _ and -`. */
function describeCharacters(pattern: string): string | undefined {
  const classes = [...pattern.matchAll(/\[((?!\^)[^[\]]+)\]/g)].map((found) => found[1] ?? '')
  if (!/^\^(\[(?!\^)[^\]]+\][+*]?)+\$$/.test(pattern) || classes.length === 0) return undefined
  const last = classes.at(-1) ?? ''
  if (/\\p/.test(last)) return undefined
  const words = last
    .replace(/A-Za-z|a-zA-Z/, '')
    .replace('0-9', '')
    .replaceAll('\\', '')
  const named = [/A-Za-z|a-zA-Z/.test(last) ? 'letters' : '', last.includes('0-9') ? 'digits' : '']
  return list([...named.filter((one) => one !== ''), ...words.split('')])
}
