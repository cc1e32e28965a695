import { arnParts } from '../model/arn.ts'
import { type Config, DEFAULT_CONFIG } from '../model/config.ts'
import { type Diagnostic, diagnose } from '../model/diagnostic.ts'
import { at, into, isObject, type Json, type JsonObject } from '../model/json.ts'
import type { KindModel } from '../model/kind.ts'
import { partitionOf } from '../model/partition.ts'
import { advise } from '../model/remedy.ts'
import { CONFIG, checker, type Schemas } from './check.ts'
import { toDiagnostic } from './draft.ts'
import type { Fault } from './fault.ts'
import { locator } from './locate.ts'
import { parse } from './parse.ts'
import { type Source, sourceOf, spotOf } from './source.ts'
import { didYouMean } from './suggest.ts'

/** A configuration's text as a config, with the codes of specs. Errors make the config useless. */
export function readConfigText(
  file: string,
  text: string,
  schemas: Schemas,
  kinds: readonly KindModel[],
): { config: Config; diagnostics: readonly Diagnostic[] } {
  const source = sourceOf(file, text)
  const { documents, refused } = parse(source)
  const [first, second] = documents
  const unsound = [...refused, ...(first?.diagnostics ?? []), ...(second ? [secondDocument(source, second.start)] : [])]
  if (unsound.length > 0 || !first) return { config: DEFAULT_CONFIG, diagnostics: unsound }
  const value = first.value ?? null
  const locate = locator(source)
  const base = { source, locate, index: first.index, place: spotOf(source, first.start).place }
  const faults = checker(schemas)(CONFIG, value, (pointer) => locate(first.index, pointer).source)
  if (faults.length > 0 || !isObject(value))
    return { config: DEFAULT_CONFIG, diagnostics: faults.map((fault) => toDiagnostic(base, fault)) }
  const config = configOf(value)
  const wrong = [...unknownTarget(value), ...unknownLimits(value, kinds), ...foreignRoles(config)]
  return { config, diagnostics: wrong.map((fault) => toDiagnostic(base, fault)) }
}

function secondDocument(source: Source, start: number): Diagnostic {
  return diagnose({
    code: 'SPEC_TOO_MANY_DOCUMENTS',
    message: `${source.file} has a second document`,
    remedies: [advise('it is one document; remove the line with ---')],
    ...spotOf(source, start),
  })
}

function unknownTarget(value: JsonObject): Fault[] {
  const name = value['defaultTarget']
  const names = Object.keys((at(value, '/targets') ?? {}) as JsonObject)
  if (typeof name !== 'string' || names.includes(name)) return []
  return [
    {
      code: 'SPEC_UNKNOWN_TARGET',
      pointer: '/defaultTarget',
      aim: 'value',
      message: `there is no target ${name}`,
      remedies: [
        ...didYouMean(name, names),
        advise(names.length === 0 ? 'name it under targets' : `targets are ${names.join(', ')}`),
      ],
    },
  ]
}

/** A role that no call in its target's region could assume, or that leads to another account than the target's: nothing could ever be done. */
function foreignRoles(config: Config): Fault[] {
  return Object.entries(config.targets).flatMap(([name, { region, account, roleArn = '' }]) => {
    const parts = arnParts(roleArn)
    const due = { partition: partitionOf(region), account }
    const wrong = (['partition', 'account'] as const).find(
      (one) => parts && due[one] !== undefined && parts[one] !== due[one],
    )
    if (wrong === undefined) return []
    return [
      {
        code: 'SPEC_ARN_ELSEWHERE',
        pointer: into(into('/targets', name), 'roleArn'),
        aim: 'value' as const,
        message: `the role is of ${wrong} ${parts?.[wrong]}, but ${wrong === 'account' ? 'account says' : `${region} is of partition`} ${due[wrong]}`,
        remedies: [advise(`name a role of that ${wrong}, or mend ${wrong === 'account' ? 'account' : 'region'}`)],
      },
    ]
  })
}

/** A limit of a service or operation that no kind calls would silently do nothing. */
function unknownLimits(value: JsonObject, kinds: readonly KindModel[]): Fault[] {
  const known = new Set(kinds.flatMap(laneNames))
  const services = [...new Set(kinds.map((kind) => kind.service))]
  return Object.keys((value['limits'] ?? {}) as JsonObject)
    .filter((name) => !known.has(name))
    .map((name) => {
      const meant = didYouMean(name, [...known])
      return {
        code: 'SPEC_UNKNOWN_MEMBER',
        pointer: `/limits/${name}`,
        aim: 'key',
        message: `no kind calls ${name}`,
        remedies:
          meant.length > 0 ? meant : [advise(`limits are for ${services.join(', ')}, or one of their operations`)],
      }
    })
}

function laneNames({ service, api: { operations } }: KindModel): string[] {
  return [service, ...Object.values(operations).map((operation) => `${service}.${operation}`)]
}

/** Only for a value that the schema has found sound: its members are those of `Config`. */
function configOf(value: JsonObject): Config {
  const given = value as Json as Partial<Config>
  return { ...DEFAULT_CONFIG, ...given, guards: { ...DEFAULT_CONFIG.guards, ...given.guards } }
}
