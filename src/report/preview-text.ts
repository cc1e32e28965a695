import { parseArn } from '../model/arn.ts'
import { isObject, type Json, type JsonObject } from '../model/json.ts'
import { findPartition } from '../model/partition.ts'
import { type ActionName, CHANGING_ACTIONS, type Planned } from '../model/plan.ts'
import type { Preview } from '../model/preview.ts'
import { isDigest } from '../model/write-documents.ts'
import { formatPath } from './difference-text.ts'
import { escapeForTerminal } from './escape.ts'
import type { ReportOptions } from './options.ts'
import { formatTime } from './time.ts'
import { cut, measureWidth, wrapText } from './width.ts'
import { formatCount } from './words.ts'

/** Actions that make something of a job, now or later. */
const MAKING: ReadonlySet<ActionName> = new Set<ActionName>(
  [...CHANGING_ACTIONS, 'waiting' as const, 'held' as const].filter((action) => action !== 'forget'),
)
const MEMBERS_MAX = 8
const ITEMS_MAX = 3
const INDENT = ' '.repeat(6)

/** Returns whether a line's preview says what is made. */
export function isMaking({ action, preview }: Planned): boolean {
  return preview !== undefined && MAKING.has(action)
}

/**
 * Formats what an action creates: account and region, deadline, and the most important members. A line each, cut to the
 * width.
 */
export function formatPreview(planned: Planned, options: ReportOptions): string[] {
  const { preview } = planned
  if (preview === undefined || !isMaking(planned)) return []
  const { members = [] } = preview
  const beyond = members.length - MEMBERS_MAX
  return [
    ...formatPlace(planned, preview, options),
    ...members.slice(0, MEMBERS_MAX).map(({ pointer, value }) => {
      const label = `${INDENT}${nameMember(pointer)}: `
      return cut(label + showValue(value, preview, options.width - measureWidth(label)), options.width)
    }),
    ...(beyond > 0 ? [`${INDENT}… and ${formatCount(beyond, 'more member')}`] : []),
  ]
}

/** Formats a job in full: where it is, its page in the console, and its whole request. */
export function formatFullPreview(planned: Planned, options: ReportOptions): string[] {
  const { preview } = planned
  if (preview === undefined) return []
  const { consoleUrl, request } = preview
  return [
    ...formatPlace(planned, preview, options),
    ...(consoleUrl === undefined ? [] : [`${INDENT}console: ${escapeForTerminal(consoleUrl)}`]),
    ...(request === undefined
      ? []
      : [`${INDENT}request:`, ...formatMapping(request).map((line) => `${INDENT}  ${line}`)]),
  ]
}

/** `in prod (123456789012, eu-west-1); can be submitted until 2026-11-28 19:45 UTC`. */
function formatPlace({ reason }: Planned, preview: Preview, options: ReportOptions): string[] {
  const { target, account, region, goodUntil } = preview
  const site = [account, region].filter((part) => part !== undefined).join(', ')
  const where = target === undefined ? site : site === '' ? target : `${target} (${site})`
  // The reason of a job that waits has it already.
  const isTold = goodUntil === undefined || reason.includes('can be submitted until')
  const parts = [
    ...(where === '' ? [] : [`in ${where}`]),
    ...(isTold ? [] : [`can be submitted until ${formatTime(goodUntil)}`]),
  ]
  if (parts.length === 0) return []
  const lines = wrapText(escapeForTerminal(parts.join('; ')), options.width - INDENT.length)
  return lines.map((line) => `${INDENT}${line}`)
}

/** Names a member as its service does: the last steps of its pointer. */
function nameMember(pointer: string): string {
  const path = formatPath(pointer)
  return path.slice(path.lastIndexOf('.') + 1)
}

/** Shows a value in one line. The ARNs of the job's own account and region lose what they share with it. */
function showValue(value: Json, preview: Preview, room: number): string {
  if (typeof value === 'string') return shortenArn(escapeForTerminal(value), preview)
  if (!Array.isArray(value)) return showObject(value)
  const items = value.slice(0, ITEMS_MAX).map((item: Json) => showValue(item, preview, room))
  return joinItems(items, value.length, room)
}

/** Joins the items that fit, at least one, and says how many of `total` are left out. */
function joinItems(items: readonly string[], total: number, room: number): string {
  const rest = total > items.length ? `, and ${total - items.length} more` : ''
  const text = items.join(', ')
  if (measureWidth(text + rest) <= room) return text + rest
  return items.length > 1 ? joinItems(items.slice(0, -1), total, room) : cut(text, room - measureWidth(rest)) + rest
}

function showObject(value: Json): string {
  if (isObject(value) && typeof value['$env'] === 'string') return `$env ${escapeForTerminal(value['$env'])}`
  if (isDigest(value)) return `a text of ${escapeForTerminal(String((value as JsonObject)['$digest']))}`
  return escapeForTerminal(JSON.stringify(value))
}

function shortenArn(text: string, { account, region }: Preview): string {
  const parts = parseArn(text)
  const isOwn =
    parts !== undefined &&
    region !== undefined &&
    parts.partition === findPartition(region) &&
    parts.account === account &&
    (parts.region === '' || parts.region === region)
  return isOwn ? `…:${text.split(':').slice(5).join(':')}` : text
}

/** Formats a request like YAML. Texts with lines are blocks; so are long JSON texts, which AWS reads with or without spaces. */
function formatMapping(value: JsonObject): string[] {
  return Object.entries(value).flatMap(([member, inner]) => formatEntry(`${formatKey(member)}:`, inner))
}

function formatEntry(label: string, value: Json): string[] {
  if (Array.isArray(value) && value.length > 0) {
    return [label, ...value.flatMap((item: Json) => formatItem(item)).map((line) => `  ${line}`)]
  }
  if (isObject(value) && Object.keys(value).length > 0)
    return [label, ...formatMapping(value).map((line) => `  ${line}`)]
  const lines = typeof value === 'string' ? splitText(value) : []
  if (lines.length > 1) return [`${label} |`, ...lines.map((line) => `  ${escapeForTerminal(line)}`)]
  return [`${label} ${formatScalar(value)}`]
}

function formatItem(item: Json): string[] {
  const [first = '', ...more] = formatEntry('', item)
  // A nested block begins behind the dash.
  const lines = first === '' ? more.map((line) => line.slice(2)) : [first.trimStart(), ...more]
  return lines.map((line, index) => (index === 0 ? `- ${line}` : `  ${line}`))
}

/** Splits a text into lines. A long JSON text is indented, if that keeps each of its values. */
function splitText(text: string): string[] {
  const lines = text.replace(/\n$/, '').split('\n')
  if (lines.length > 1 || text.length <= TEXT_MAX || !/^[[{]/.test(text)) return lines
  try {
    const value = JSON.parse(text) as Json
    return JSON.stringify(value) === text ? JSON.stringify(value, null, 2).split('\n') : lines
  } catch {
    return lines
  }
}

/** The longest JSON text that is shown in one line. */
const TEXT_MAX = 60

function formatKey(member: string): string {
  return /^[\w$.-]+$/.test(member) ? member : escapeForTerminal(JSON.stringify(member))
}

const PLAIN = /^(?!(?:true|false|null|yes|no|on|off|~)$)[A-Za-z$/.…_](?:[^\s#:]|:(?=\S)|(?<=\S) (?=\S))*$/i

function formatScalar(value: Json): string {
  // A JSON text would need a backslash before each of its quotes.
  if (typeof value === 'string' && value.includes('"') && /^[^'\\\p{C}]+$/u.test(value)) return `'${value}'`
  return escapeForTerminal(typeof value === 'string' && PLAIN.test(value) ? value : JSON.stringify(value))
}
