import fs from 'node:fs'
import { resolvePackageFile } from '../system/package-file.ts'

const FOLDER = resolvePackageFile('specs/')
/** The line of a spec that leads editors to its schema. */
export const SCHEMA_LINE = /^# yaml-language-server: \$schema=.*$/m

/** An example spec that comes with this package. */
export type Example = { readonly name: string; readonly text: string }

/** The first document of the packaged example of a kind, for a file from which `schema` leads to the envelope's schema. */
export function readExample(kind: string, schema: string): Example {
  for (const name of fs.readdirSync(FOLDER).sort()) {
    const [first = ''] = fs.readFileSync(new URL(name, FOLDER), 'utf8').split(/^---$/m)
    // What waits for another spec would wait for ever, alone in a new repository.
    if (!first.includes(`\nkind: ${kind}\n`) || first.includes('\n  dependsOn:')) continue
    // A function: in a text, $ would have a meaning.
    return { name, text: first.replace(SCHEMA_LINE, () => `# yaml-language-server: $schema=${schema}`) }
  }
  throw new Error(`This package has no example of ${kind}`)
}
