import fs from 'node:fs'
import path from 'node:path'
import { PRECEDENCE } from '../../src/model/choose-exit-code.ts'
import { EXIT_CODES } from '../../src/model/exit-code.ts'
import { type Parts, table } from './markers.ts'
import { memberTable, type Schema, schemaNamed } from './schema-table.ts'

/** Generates the parts of docs/exit-codes.md. */
export function exitCodeParts(): Parts {
  return {
    codes: table(
      ['exit code', 'meaning'],
      Object.entries(EXIT_CODES).map(([code, meaning]) => [code, meaning]),
    ),
    precedence: PRECEDENCE.join(', '),
  }
}

/** Generates the parts of docs/configuration.md. */
export function configParts(): Parts {
  const file = 'config.schema.json'
  return { members: memberTable(schemaNamed(file), file) }
}

/** Generates the parts of docs/spec.md. */
export function specParts(): Parts {
  const file = 'job.schema.json'
  const { envelope } = schemaNamed(file)['$defs'] as { envelope: Schema }
  return { members: memberTable(envelope, file) }
}

/** Generates the parts of docs/json.md from the declarations and comments in the source. */
export function jsonLineParts(): Parts {
  const source = fs.readFileSync(path.join(import.meta.dirname, '../../src/model/lines.ts'), 'utf8')
  const lines = [...source.matchAll(/\/\*\* ([^\n]*) \*\/\nexport type (\w+)Line = (?:\w+Line & )?\{\n([\s\S]*?)\n\}/g)]
  const parts = lines.map(([, description = '', name = '', body = '']) => {
    const part = name.charAt(0).toLowerCase() + name.slice(1)
    return [part, `${description}\n\n${lineTable(body)}`] as const
  })
  return Object.fromEntries(parts)
}

function lineTable(body: string): string {
  const members = [...body.matchAll(/^(?: {2}\/\*\* ([^\n]*) \*\/\n)? {2}readonly (\w+)(\??): ([^\n]+)/gm)]
  return table(
    ['member', 'type', 'always present', ''],
    members.map(([, description = '', name = '', optional, type = '']) => [
      `\`${name}\``,
      `\`${plainType(type)}\``,
      optional === '?' ? '' : 'yes',
      description,
    ]),
  )
}

/** Translates a type of the source into JSON terms. */
function plainType(type: string): string {
  return PLAIN[type] ?? type.replace(/^'(\w+)'$/, '"$1"')
}

const PLAIN: Readonly<Record<string, string>> = {
  Address: 'string: Kind/name',
  Severity: '"error" | "warning" | "info"',
  ActionName: 'string',
  ConditionType: 'string',
  RecordStage: '"intent" | "settling" | "created" | "started"',
  ExitCode: 'number',
  Site: '{partition, account, region}',
  'readonly {': '{run, id, condition, reason, status, createdAt, startedAt, finishedAt, times, site}[]',
  CreateTimes: '{stored, sent, answered, settled}',
  'readonly PastAttempt[]': '{attempt, stored, sent, answered, settled, evidence}[]',
  'readonly Way[]': '{text, command}[]',
  SourcePlace: '{url, line}',
  FindingKind: 'string',
  'readonly string[]': 'string[]',
  'Readonly<Record<string, string>>': '{[name]: string}',
  "JobRecord['how']": '"created" | "adopted" | "baseline"',
  'readonly ExitCode[]': 'number[]',
  'readonly Difference[]': '{pointer, from, to}[]',
  FindingDetail: '{kind, run, name, root, consoleUrl, commands}',
  'readonly ShownMember[]': '{pointer, value}[]',
  JsonObject: 'object',
  'Readonly<Record<string, number>>': '{[name]: number}',
}
