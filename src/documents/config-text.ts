import { parseArn } from '../model/arn.ts'
import type { Config } from '../model/config.ts'
import { DEFAULT_CONFIG } from '../model/default-config.ts'
import { type Diagnostic, diagnose } from '../model/diagnostic.ts'
import { ALLOWED_ENDPOINTS, isEndpointAllowed } from '../model/endpoint.ts'
import { getValue, isObject, type Json, type JsonObject, joinPointer } from '../model/json.ts'
import type { KindModel } from '../model/kind.ts'
import { findPartition } from '../model/partition.ts'
import { mayHoldPassword, readRedisPlace } from '../model/redis-place.ts'
import { advise } from '../model/remedy.ts'
import { CONFIG, createChecker, type Schemas } from './check/check.ts'
import { checkEnvList } from './check/env.ts'
import type { Fault } from './check/fault.ts'
import { maskSecrets } from './check/mask.ts'
import { toDiagnostic } from './draft.ts'
import { suggestClosest } from './hints/suggest.ts'
import { createLocator } from './parse/locate.ts'
import { parseSource } from './parse/parse-source.ts'
import { parseSimpleYaml } from './parse/simple-yaml.ts'
import { createSource, createSpot, type Source } from './parse/source.ts'

/** What only the machine knows about the repository. A missing member skips its check. */
export type RepositoryFacts = {
  /** The remotes with an address; undefined outside a repository. Called only if a remote is named. */
  readonly remotes?: () => readonly string[] | undefined
  /** Returns true if a path or pattern, relative to the repository's folder, stays inside it. */
  readonly isInside?: (file: string) => boolean
  /** Returns true if a state file may be at a path, relative to the repository's folder. */
  readonly isStateAllowed?: (file: string) => boolean
}

/** What stands before a password in this file. Lines are shown up to it. */
const SECRETS = ['url', '://']

/** Reads a configuration, with the same codes as specs. A configuration with errors is not used. */
export function readConfigText(
  ...[file, text, ...more]: Parameters<typeof readPlainText>
): ReturnType<typeof readPlainText> {
  const { config, diagnostics } = readPlainText(file, text, ...more)
  if (!mayHoldPassword(text)) return { config, diagnostics }
  const shown = maskSecrets(createSource(file, text), diagnostics, SECRETS)
  return { config, diagnostics: shown.map((one) => ({ ...one, message: maskLogin(one.message) })) }
}

/**
 * Removes users and passwords from the URLs in a message that quotes a value: everything from the first `://` to the
 * last `@`.
 */
function maskLogin(message: string): string {
  const [from, to] = [message.indexOf('://'), message.lastIndexOf('@')]
  return from === -1 || to < from ? message : `${message.slice(0, from)}://***${message.slice(to)}`
}

function readPlainText(
  file: string,
  text: string,
  schemas: Schemas,
  kinds: readonly KindModel[],
  around: RepositoryFacts = {},
): { config: Config; diagnostics: readonly Diagnostic[] } {
  const source = createSource(file, text)
  const simple = parseSimpleYaml(text)
  const { documents, refused } = simple ? { documents: simple, refused: [] } : parseSource(source)
  const [first, second] = documents
  const unsound = [
    ...refused,
    ...(first?.diagnostics ?? []),
    ...(second ? [refuseSecondDocument(source, second.start)] : []),
  ]
  if (unsound.length > 0 || !first) return { config: DEFAULT_CONFIG, diagnostics: unsound }
  const value = first.value ?? null
  const locate = createLocator(source)
  const base = { source, locate, index: first.index, place: createSpot(source, first.start).place }
  const faults = createChecker(schemas)(CONFIG, value, (pointer) => locate(first.index, pointer).source)
  if (faults.length > 0 || !isObject(value))
    return { config: DEFAULT_CONFIG, diagnostics: faults.map((fault) => toDiagnostic(base, fault)) }
  const config = buildConfig(value)
  const wrong = [
    ...checkSpecsInside(config, around),
    ...stateFaults(value, around),
    ...checkEndpoints(config),
    ...checkEnvList(value),
    ...checkDefaultTarget(value),
    ...checkLimits(value, kinds),
    ...checkRoles(config),
    ...checkRedis('lanes', 'CONFIG_REDIS', config),
    ...checkRedis('queue', 'CONFIG_QUEUE', config),
  ]
  return { config, diagnostics: wrong.map((fault) => toDiagnostic(base, fault)) }
}

/** Specs are reviewed where they are committed, so patterns must stay inside this repository. */
function checkSpecsInside({ specs }: Config, { isInside = () => true }: RepositoryFacts): Fault[] {
  return specs.flatMap((pattern, index) => {
    if (isInside(pattern)) return []
    return [
      {
        code: 'SPEC_OUTSIDE' as const,
        pointer: joinPointer('/specs', String(index)),
        aim: 'value' as const,
        message: `${pattern} leads out of the repository, or into .git`,
        remedies: [advise('name a folder of this repository, such as specs')],
      },
    ]
  })
}

/**
 * A commit must not choose where credentials and states go. So a remote must be known to Git, and a file must be inside
 * the repository.
 */
function stateFaults(value: JsonObject, { remotes, isStateAllowed = () => true }: RepositoryFacts): Fault[] {
  const [remote, file, store] = ['remote', 'path', 'store'].map((member) => getValue(value, `/state/${member}`))
  const known = typeof remote === 'string' ? remotes?.() : undefined
  const isPlaced = typeof file !== 'string' || (store === 'git' ? FILE_NAME.test(file) : isStateAllowed(file))
  return [
    ...(typeof remote === 'string' && known && !known.includes(remote) ? [createUnknownRemote(remote, known)] : []),
    ...(isPlaced ? [] : [createMisplacedState(file, store === 'git')]),
  ]
}

function createUnknownRemote(remote: string, known: readonly string[]): Fault {
  return {
    code: 'CONFIG_REMOTE',
    pointer: '/state/remote',
    aim: 'value',
    message: `Git knows no remote ${remote} here`,
    remedies: [
      ...suggestClosest(remote, known),
      advise(known.length === 0 ? 'this repository has no remotes' : `remotes are ${known.join(', ')}`),
      { text: 'add it', command: ['git', 'remote', 'add', remote, 'URL'] },
    ],
  }
}

function createMisplacedState(file: string, isGit: boolean): Fault {
  return {
    code: 'SPEC_OUTSIDE',
    pointer: '/state/path',
    aim: 'value',
    message: isGit
      ? `${file} is not the name of a file at the top of the branch`
      : `${file} leads out of the repository, or into .git`,
    remedies: [
      advise('name a file such as jobs.state.json'),
      ...(isGit
        ? []
        : [
            advise(
              'to keep the state in a folder elsewhere, set JOBWRIGHT_STATE_FOLDER to that folder in the environment',
            ),
          ]),
    ],
  }
}

/** A file name without a folder that Git does not reserve. */
const FILE_NAME = /^(?!\.{1,2}$|\.git$)[^/\\\p{Cc}]+$/iu

function checkEndpoints({ targets }: Config): Fault[] {
  return Object.entries(targets).flatMap(([name, { endpoint }]) => {
    if (endpoint === undefined || isEndpointAllowed(endpoint)) return []
    return [
      {
        code: 'CONFIG_ENDPOINT' as const,
        pointer: joinPointer(joinPointer('/targets', name), 'endpoint'),
        aim: 'value' as const,
        message: 'signed requests must not go to this endpoint',
        remedies: [
          advise(`name ${ALLOWED_ENDPOINTS}`),
          advise('for any other host, remove the line and set AWS_ENDPOINT_URL in the environment'),
        ],
      },
    ]
  })
}

function refuseSecondDocument(source: Source, start: number): Diagnostic {
  return diagnose({
    code: 'SPEC_TOO_MANY_DOCUMENTS',
    message: `${source.file} has a second document`,
    remedies: [advise('it is one document; remove the line with ---')],
    ...createSpot(source, start),
  })
}

function checkDefaultTarget(value: JsonObject): Fault[] {
  const name = value['defaultTarget']
  const names = Object.keys((getValue(value, '/targets') ?? {}) as JsonObject)
  if (typeof name !== 'string' || names.includes(name)) return []
  return [
    {
      code: 'SPEC_UNKNOWN_TARGET',
      pointer: '/defaultTarget',
      aim: 'value',
      message: `there is no target ${name}`,
      remedies: [
        ...suggestClosest(name, names),
        advise(names.length === 0 ? 'name it under targets' : `targets are ${names.join(', ')}`),
      ],
    },
  ]
}

/** Rejects a role of another partition or of another account than the target's: no call could use it. */
function checkRoles(config: Config): Fault[] {
  return Object.entries(config.targets).flatMap(([name, { region, account, roleArn = '' }]) => {
    const parts = parseArn(roleArn)
    const due = { partition: findPartition(region), account }
    const wrong = (['partition', 'account'] as const).find(
      (one) => parts && due[one] !== undefined && parts[one] !== due[one],
    )
    if (wrong === undefined) return []
    return [
      {
        code: 'SPEC_ARN_ELSEWHERE',
        pointer: joinPointer(joinPointer('/targets', name), 'roleArn'),
        aim: 'value' as const,
        message: `the role is of ${wrong} ${parts?.[wrong]}, but ${wrong === 'account' ? 'account says' : `${region} is of partition`} ${due[wrong]}`,
        remedies: [advise(`name a role of that ${wrong}, or mend ${wrong === 'account' ? 'account' : 'region'}`)],
      },
    ]
  })
}

/** Rejects a URL of Redis that cannot be used. Whoever can read the repository could read its password. */
function checkRedis(name: 'lanes' | 'queue', code: 'CONFIG_REDIS' | 'CONFIG_QUEUE', config: Config): Fault[] {
  const url = config[name]?.url
  if (url === undefined) return []
  const read = readRedisPlace(url)
  const fault = mayHoldPassword(url)
    ? 'it has a user or a password, and whoever reads this file would have it too'
    : 'fault' in read
      ? read.fault
      : undefined
  if (fault === undefined) return []
  const variable = `JOBWRIGHT_${name.toUpperCase()}_URL`
  return [
    {
      code,
      pointer: `/${name}/url`,
      aim: 'key' as const,
      message: `${name}.url cannot be used: ${fault}`,
      remedies: [
        advise('name the server alone, such as rediss://redis.example.com:6379'),
        advise(`set the URL with its password in the environment, as ${variable}, from a secret of the workflow`),
      ],
    },
  ]
}

/** Rejects a limit for a service or operation that no kind uses: it would have no effect. */
function checkLimits(value: JsonObject, kinds: readonly KindModel[]): Fault[] {
  const known = new Set(kinds.flatMap(listLaneNames))
  const services = [...new Set(kinds.map((kind) => kind.service))]
  return Object.keys((value['limits'] ?? {}) as JsonObject)
    .filter((name) => !known.has(name))
    .map((name) => {
      const meant = suggestClosest(name, [...known])
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

function listLaneNames({ service, api: { operations } }: KindModel): string[] {
  return [service, ...Object.values(operations).map((operation) => `${service}.${operation}`)]
}

/** The schema has checked the value: its members are those of `Config`. */
function buildConfig(value: JsonObject): Config {
  const given = value as Json as Partial<Config>
  return { ...DEFAULT_CONFIG, ...given, guards: { ...DEFAULT_CONFIG.guards, ...given.guards } }
}
