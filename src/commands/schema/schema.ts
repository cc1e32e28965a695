import fs from 'node:fs'
import path from 'node:path'
import { suggestClosest } from '../../documents/hints/suggest.ts'
import { hasErrors } from '../../model/diagnostic.ts'
import type { ExitCode } from '../../model/exit-code.ts'
import { Problem } from '../../model/problem.ts'
import { advise } from '../../model/remedy.ts'
import { escapeForTerminal } from '../../report/escape.ts'
import { formatCount } from '../../report/words.ts'
import type { Host } from '../../session/host.ts'
import { openProject } from '../../session/project.ts'
import { formatSchema } from '../../session/project-schema.ts'
import { resolvePackageFile } from '../../system/package-file.ts'

const FOLDER = resolvePackageFile('schemas/')
const END = '.schema.json'

/** Lists the names of the packaged schemas: the kinds, `job` for the envelope, `config`, `state` and shared ones. */
export function listSchemas(): string[] {
  const files = fs.readdirSync(FOLDER).filter((file) => file.endsWith(END))
  return files.map((file) => file.slice(0, -END.length)).sort()
}

/** `jobwright schema [NAME]`: lists the JSON Schemas, prints one, or writes all of them to a folder for editors. */
export async function printSchema(
  name: string | undefined,
  options: { readonly out?: string },
  host: Host,
): Promise<ExitCode> {
  const names = listSchemas()
  if (options.out !== undefined) {
    if (name !== undefined) throw createNameAndFolder(name)
    return writeAll(names, options.out, host, await readTexts(names, host))
  }
  if (name === undefined) {
    host.stdout.write(`${names.join('\n')}\n`)
    return 0
  }
  const found = names.find((known) => known.toLowerCase() === name.toLowerCase())
  if (found === undefined) {
    throw new Problem({
      code: 'SCHEMA_UNKNOWN',
      message: `there is no schema "${name}"`,
      remedies: [...suggestClosest(name, names), advise(`there are ${names.join(', ')}`)],
    })
  }
  host.stdout.write(readText(found))
  return 0
}

function readText(name: string): string {
  return fs.readFileSync(new URL(`${name}${END}`, FOLDER), 'utf8')
}

/** Reads the schemas as they are written. In a project they include its target and spec names for completion. */
async function readTexts(names: readonly string[], host: Host): Promise<Map<string, string>> {
  const project = openProject(host.cwd, host.env)
  const texts = new Map(names.map((name) => [name, readText(name)]))
  if (project.text === undefined || hasErrors(project.diagnostics)) return texts
  for (const [name, text] of texts) texts.set(name, await formatSchema(project, `${name}${END}`, text))
  return texts
}

/** Writes the package's own schemas. Replaces older editions and touches no other file. */
function writeAll(names: readonly string[], out: string, host: Host, texts: ReadonlyMap<string, string>): ExitCode {
  const folder = path.resolve(host.cwd, out)
  const isChanged = (name: string): boolean => {
    const file = path.join(folder, `${name}${END}`)
    return !fs.existsSync(file) || fs.readFileSync(file, 'utf8') !== texts.get(name)
  }
  try {
    fs.mkdirSync(folder, { recursive: true })
    const changed = names.filter(isChanged)
    for (const name of changed) fs.writeFileSync(path.join(folder, `${name}${END}`), texts.get(name) ?? '')
    const kept = names.length - changed.length
    host.stderr.write(
      `wrote ${formatCount(changed.length, 'schema')} to ${escapeForTerminal(out)}${kept === 0 ? '' : `; ${kept} were up to date`}\n`,
    )
    return 0
  } catch (error) {
    throw new Problem(
      {
        code: 'FILE_WRITE',
        message: `the schemas cannot be written to ${out}: ${(error as Error).message}`,
        remedies: [advise('name another folder with --out, or make this one writable')],
      },
      error,
    )
  }
}

function createNameAndFolder(name: string): Problem {
  return new Problem({
    code: 'USAGE',
    message: `schema got both ${name} and --out`,
    remedies: [
      advise(`schemas refer to each other, so --out writes all of them: leave ${name} out, or leave --out out`),
    ],
  })
}
