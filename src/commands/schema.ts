import fs from 'node:fs'
import path from 'node:path'
import type { ExitCode } from '../model/exit-code.ts'
import { Problem } from '../model/problem.ts'
import { advise } from '../model/remedy.ts'
import { forTerminal } from '../report/escape.ts'
import { counted } from '../report/words.ts'
import { didYouMean } from '../spec/suggest.ts'
import { packageFile } from '../system/package-file.ts'
import type { Host } from './options.ts'

const FOLDER = packageFile('schemas/')
const END = '.schema.json'

/** What the packaged schemas are called: kinds, and `job` for the envelope, `config`, `state` and what they share. */
export function schemaNames(): string[] {
  const files = fs.readdirSync(FOLDER).filter((file) => file.endsWith(END))
  return files.map((file) => file.slice(0, -END.length)).sort()
}

/** `jobwright schema [NAME]`: lists the JSON Schemas, prints one, or writes all of them to a folder, for editors without network. */
export async function schema(
  name: string | undefined,
  options: { readonly out?: string },
  host: Host,
): Promise<ExitCode> {
  const names = schemaNames()
  if (options.out !== undefined) {
    if (name !== undefined) throw allOrOne(name)
    return writeAll(names, options.out, host)
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
      remedies: [...didYouMean(name, names), advise(`there are ${names.join(', ')}`)],
    })
  }
  host.stdout.write(textOf(found))
  return 0
}

function textOf(name: string): string {
  return fs.readFileSync(new URL(`${name}${END}`, FOLDER), 'utf8')
}

/** They are this package's own: an older edition of them is replaced, and nothing else is touched. */
function writeAll(names: readonly string[], out: string, host: Host): ExitCode {
  const folder = path.resolve(host.cwd, out)
  const isChanged = (name: string): boolean => {
    const file = path.join(folder, `${name}${END}`)
    return !fs.existsSync(file) || fs.readFileSync(file, 'utf8') !== textOf(name)
  }
  try {
    fs.mkdirSync(folder, { recursive: true })
    const changed = names.filter(isChanged)
    for (const name of changed) fs.writeFileSync(path.join(folder, `${name}${END}`), textOf(name))
    const kept = names.length - changed.length
    host.stderr.write(
      `wrote ${counted(changed.length, 'schema')} to ${forTerminal(out)}${kept === 0 ? '' : `; ${kept} were up to date`}\n`,
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

function allOrOne(name: string): Problem {
  return new Problem({
    code: 'USAGE',
    message: `schema was asked for ${name} alone and for all of them`,
    remedies: [
      advise(`schemas refer to each other, so --out writes all of them: leave ${name} out, or leave --out out`),
    ],
  })
}
