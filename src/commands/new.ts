import path from 'node:path'
import { parse } from 'yaml'
import { packagedSchemas } from '../load/schemas.ts'
import { addressOf, isAddress } from '../model/address.ts'
import type { ExitCode } from '../model/exit-code.ts'
import type { Json, JsonObject } from '../model/json.ts'
import type { KindModel } from '../model/kind.ts'
import { Problem } from '../model/problem.ts'
import { advise, suggest } from '../model/remedy.ts'
import { forTerminal } from '../report/escape.ts'
import { counted } from '../report/words.ts'
import { didYouMean } from '../spec/suggest.ts'
import { kindNamed } from './kind-named.ts'
import { writeNewFile } from './new-file.ts'
import type { Host } from './options.ts'
import { assertConfig, loadSpecs, openProject, type Project } from './project.ts'
import { refreshSchema } from './project-schema.ts'
import { shapeAt, shapesOf } from './skeleton/shape.ts'
import { REQUIRED, skeletonOf } from './skeleton/skeleton.ts'
import { isLookedFor, schemaFor, specPlace } from './spec-place.ts'

export type NewOptions = {
  /** Where to write it, relative to the working directory; absent: where jobwright.yaml has specs looked for. */
  readonly file?: string
  /** Print it, and write nothing. */
  readonly stdout?: boolean
  /** `Member=value` of the request, for what else is asked for depends on some. */
  readonly set?: readonly string[]
}

/** `jobwright new KIND NAME`: writes the skeleton of a spec, or prints it. Replaces nothing. */
export async function newSpec(kind: string, name: string, options: NewOptions, host: Host): Promise<ExitCode> {
  const model = kindNamed(kind)
  assertName(model, name)
  const project = openProject(host.cwd, host.env)
  assertConfig(project)
  const known = knownMembers(model, options.set ?? [])
  const file =
    options.file === undefined
      ? path.join(project.root, options.stdout ? `specs/${name}.yaml` : specPlace(project, name))
      : path.resolve(host.cwd, options.file)
  const schema = schemaFor(project, file)
  const text = skeletonOf(model, packagedSchemas, {
    name,
    schema: schema.path,
    targets: Object.keys(project.config.targets),
    known,
  })
  if (text === undefined) throw unfit(model, known)
  if (options.stdout) {
    host.stdout.write(text)
    return 0
  }
  await assertFree(project, model, name)
  if (!writeNewFile(file, text, project.root)) throw taken(shown(file, host))
  await refreshSchema(project)
  if (!host.quiet) host.stdout.write(`${told(text, shown(file, host), name, model)}\n`)
  if (!schema.isThere) {
    host.stderr.write(
      `note: its first line leads editors to ${schema.folder}; \`jobwright schema --out ${schema.folder}\` writes the schemas there\n`,
    )
  }
  const inRoot = path.relative(project.root, file).split(path.sep).join('/')
  if (!isLookedFor(project, inRoot)) {
    host.stderr.write(
      `note: jobwright.yaml has specs looked for in ${project.config.specs.join(', ')}, and not there\n`,
    )
  }
  return 0
}

function assertName(model: KindModel, name: string): void {
  if (isAddress(addressOf(model.kind, name))) return
  throw new Problem({
    code: 'NEW_NAME',
    message: `"${name}" cannot be the name of a spec`,
    remedies: [
      advise('names begin with a letter or digit and go on with letters, digits, hyphens and underscores; at most 56'),
    ],
  })
}

function knownMembers(model: KindModel, settings: readonly string[]): JsonObject {
  const shapes = shapesOf(model.kind, packagedSchemas)
  const members = [...shapes.membersOf(shapeAt(shapes, '/spec')!).keys()]
  return Object.fromEntries(
    settings.map((setting) => {
      const [, member = setting, value = ''] = /^([^=]+)=(.*)$/s.exec(setting) ?? []
      if (members.includes(member) && setting.includes('=')) return [member, parse(value) as Json]
      throw new Problem({
        code: 'NEW_MEMBER',
        message: `--set ${setting} names no member of ${model.kind}`,
        remedies: [
          ...didYouMean(member, members),
          advise(`write --set MEMBER=VALUE with one of ${members.join(', ')}`),
        ],
      })
    }),
  )
}

function unfit(model: KindModel, known: JsonObject): Problem {
  const shapes = shapesOf(model.kind, packagedSchemas)
  const allowed = Object.entries(known).flatMap(([member, value]) => {
    const words = shapeAt(shapes, `/spec/${member}`)?.schema['enum']
    return Array.isArray(words) && !words.includes(value)
      ? [...didYouMean(String(value), words), advise(`${member} is one of ${words.join(', ')}`)]
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
  const same = [...specs, ...blocked].find(({ address }) => address === addressOf(model.kind, name))
  if (!same) return
  throw new Problem({
    code: 'NEW_TAKEN',
    message: `there is a spec ${same.address} already`,
    remedies: [advise('choose another name'), advise('to run its job again, raise its policy.run')],
    place: same.place,
  })
}

function taken(file: string): Problem {
  return new Problem({
    code: 'NEW_FILE_EXISTS',
    message: `${file} is there already, and was left as it is`,
    remedies: [advise('choose another name, or another file with --file PATH')],
  })
}

function told(text: string, file: string, name: string, model: KindModel): string {
  const open = text.split('\n').filter((line) => !/^\s*#/.test(line) && /: # REQUIRED, |- # REQUIRED/.test(line)).length
  const isOpenEnum = new RegExp(`^  (\\w+): .*# ${REQUIRED}: `, 'm').exec(text)?.[1]
  return [
    `wrote  ${file}  ${model.kind}/${name}: fill in ${counted(open, 'member')} marked ${REQUIRED}`,
    ...(isOpenEnum === undefined
      ? []
      : [`       what it asks for depends on ${isOpenEnum}: for another one, add --set ${isOpenEnum}=...`]),
    '',
    'Next:',
    '  npx jobwright validate   every problem of every spec, at its line',
    '  npx jobwright plan       what would be done, and why; changes nothing',
  ].join('\n')
}

function shown(file: string, host: Host): string {
  return forTerminal(path.relative(host.cwd, file) || '.')
}
