import fs from 'node:fs'
import path from 'node:path'
import type { ExitCode } from '../model/exit-code.ts'
import { Problem } from '../model/problem.ts'
import { forTerminal } from '../report/escape.ts'
import { didYouMean } from '../spec/suggest.ts'
import type { Host } from './options.ts'

const FOLDER = new URL('../../schemas/', import.meta.url)

/** `jobwright schema [NAME]`: lists the JSON Schemas, prints one, or writes all of them to a folder, for editors without network. */
export async function schema(
  name: string | undefined,
  options: { readonly out?: string },
  host: Host,
): Promise<ExitCode> {
  const names = fs
    .readdirSync(FOLDER)
    .filter((file) => file.endsWith('.schema.json'))
    .sort()
  if (options.out !== undefined) {
    const folder = path.resolve(host.cwd, options.out)
    fs.mkdirSync(folder, { recursive: true })
    for (const file of names) fs.copyFileSync(new URL(file, FOLDER), path.join(folder, file))
    host.stderr.write(`wrote ${names.length} schemas to ${forTerminal(options.out)}\n`)
    return 0
  }
  if (name === undefined) {
    host.stdout.write(`${names.map((file) => file.replace('.schema.json', '')).join('\n')}\n`)
    return 0
  }
  const known = names.map((one) => one.replace('.schema.json', ''))
  const file = `${name}.schema.json`
  if (!names.includes(file)) {
    throw new Problem(1, {
      code: 'SCHEMA_UNKNOWN',
      message: `there is no schema "${name}"`,
      hint: `${didYouMean(name, known)}there are ${known.join(', ')}`,
    })
  }
  host.stdout.write(fs.readFileSync(new URL(file, FOLDER), 'utf8'))
  return 0
}
