import path from 'node:path'
import { parse } from 'yaml'
import { suggestClosest } from '../../documents/hints/suggest.ts'
import { readPackagedSchema } from '../../load/schemas.ts'
import { formatAddress, isAddress } from '../../model/address.ts'
import type { ExitCode } from '../../model/exit-code.ts'
import type { Json, JsonObject } from '../../model/json.ts'
import type { KindModel } from '../../model/kind.ts'
import { Problem } from '../../model/problem.ts'
import { advise, suggest } from '../../model/remedy.ts'
import { escapeForTerminal } from '../../report/escape.ts'
import { formatCount } from '../../report/words.ts'
import { findKind } from '../../session/find-kind.ts'
import type { Host } from '../../session/host.ts'
import { writeNewFile } from '../../session/new-file.ts'
import { assertConfig, loadSpecs, openProject, type Project } from '../../session/project.ts'
import { refreshSchema } from '../../session/project-schema.ts'
import { chooseSchema, chooseSpecPlace, isIncluded } from '../../session/spec-place.ts'
import { createShapes, shapeAt } from './skeleton/shape.ts'
import { formatSkeleton, REQUIRED } from './skeleton/skeleton.ts'

export type NewOptions = {
  /** Where to write it, relative to the working directory. Default: the spec folder of jobwright.yaml. */
  readonly file?: string
  /** Print it and write nothing. */
  readonly stdout?: boolean
  /** Request members as `Member=value`. Other required members may depend on them. */
  readonly set?: readonly string[]
}

/** `jobwright new KIND NAME`: writes or prints the skeleton of a spec. Replaces no file. */
export async function writeSpec(kind: string, name: string, options: NewOptions, host: Host): Promise<ExitCode> {
  const model = findKind(kind)
  assertName(model, name)
  const project = openProject(host.cwd, host.env)
  assertConfig(project)
  const known = readMembers(model, options.set ?? [])
  const file =
    options.file === undefined
      ? path.join(project.root, options.stdout ? `specs/${name}.yaml` : chooseSpecPlace(project, name))
      : path.resolve(host.cwd, options.file)
  const schema = chooseSchema(project, file)
  const text = formatSkeleton(model, readPackagedSchema, {
    name,
    schema: schema.path,
    targets: Object.keys(project.config.targets),
    known,
  })
  if (text === undefined) throw createBadSetting(model, known)
  if (options.stdout) {
    host.stdout.write(text)
    return 0
  }
  await assertFree(project, model, name)
  if (!writeNewFile(file, text, project.root)) throw createFileExists(formatPath(file, host))
  await refreshSchema(project)
  if (!host.quiet) host.stdout.write(`${formatWritten(text, formatPath(file, host), name, model)}\n`)
  if (!schema.isThere) {
    host.stderr.write(
      `note: its first line points editors to ${schema.folder}; \`jobwright schema --out ${schema.folder}\` writes the schemas there\n`,
    )
  }
  const inRoot = path.relative(project.root, file).split(path.sep).join('/')
  if (!isIncluded(project, inRoot)) {
    host.stderr.write(`note: jobwright.yaml searches for specs in ${project.config.specs.join(', ')}, not there\n`)
  }
  return 0
}

function assertName(model: KindModel, name: string): void {
  if (isAddress(formatAddress(model.kind, name))) return
  throw new Problem({
    code: 'NEW_NAME',
    message: `"${name}" is not a valid name of a spec`,
    remedies: [
      advise(
        'a name begins with a letter or digit and continues with letters, digits, hyphens and underscores; at most 56',
      ),
    ],
  })
}

function readMembers(model: KindModel, settings: readonly string[]): JsonObject {
  const shapes = createShapes(model.kind, readPackagedSchema)
  const members = [...shapes.membersOf(shapeAt(shapes, '/spec')!).keys()]
  return Object.fromEntries(
    settings.map((setting) => {
      const [, member = setting, value = ''] = /^([^=]+)=(.*)$/s.exec(setting) ?? []
      if (members.includes(member) && setting.includes('=')) return [member, parse(value) as Json]
      throw new Problem({
        code: 'NEW_MEMBER',
        message: `--set ${setting} names no member of ${model.kind}`,
        remedies: [
          ...suggestClosest(member, members),
          advise(`write --set MEMBER=VALUE with one of ${members.join(', ')}`),
        ],
      })
    }),
  )
}

function createBadSetting(model: KindModel, known: JsonObject): Problem {
  const shapes = createShapes(model.kind, readPackagedSchema)
  const allowed = Object.entries(known).flatMap(([member, value]) => {
    const words = shapeAt(shapes, `/spec/${member}`)?.schema['enum']
    return Array.isArray(words) && !words.includes(value)
      ? [...suggestClosest(String(value), words), advise(`${member} is one of ${words.join(', ')}`)]
      : []
  })
  return new Problem({
    code: 'NEW_MEMBER',
    message: `no ${model.kind} can have ${Object.entries(known)
      .map(([member, value]) => `${member}: ${JSON.stringify(value)}`)
      .join(', ')}`,
    remedies: allowed.length > 0 ? allowed : [suggest('see what is allowed', 'schema', model.kind)],
  })
}

async function assertFree(project: Project, model: KindModel, name: string): Promise<void> {
  const { specs, blocked } = await loadSpecs(project, {})
  const same = [...specs, ...blocked].find(({ address }) => address === formatAddress(model.kind, name))
  if (!same) return
  throw new Problem({
    code: 'NEW_TAKEN',
    message: `the spec ${same.address} already exists`,
    remedies: [advise('choose another name'), advise('to run its job again, raise its policy.run')],
    place: same.place,
  })
}

function createFileExists(file: string): Problem {
  return new Problem({
    code: 'NEW_FILE_EXISTS',
    message: `${file} already exists and was not changed`,
    remedies: [advise('choose another name, or another file with --file PATH')],
  })
}

function formatWritten(text: string, file: string, name: string, model: KindModel): string {
  const open = text.split('\n').filter((line) => !/^\s*#/.test(line) && /: # REQUIRED, |- # REQUIRED/.test(line)).length
  const isOpenEnum = new RegExp(`^  (\\w+): .*# ${REQUIRED}: `, 'm').exec(text)?.[1]
  return [
    `wrote  ${file}  ${model.kind}/${name}: fill in ${formatCount(open, 'member')} marked ${REQUIRED}`,
    ...(isOpenEnum === undefined
      ? []
      : [`       its members depend on ${isOpenEnum}: for another one, add --set ${isOpenEnum}=...`]),
    '',
    'Next:',
    '  npx jobwright validate   every problem of every spec, at its line',
    '  npx jobwright plan       what would be done, and why; changes nothing',
  ].join('\n')
}

function formatPath(file: string, host: Host): string {
  return escapeForTerminal(path.relative(host.cwd, file) || '.')
}
