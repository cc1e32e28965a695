import fs from 'node:fs'
import { resolvePackageFile } from '../system/package-file.ts'

const FOLDER = resolvePackageFile('specs/')
/** The line of a spec that names its schema for editors. */
export const SCHEMA_LINE = /^# yaml-language-server: \$schema=.*$/m

/** An example spec of this package. */
export type Example = { readonly name: string; readonly text: string }

/** Reads the first document of a kind's packaged example. `schema` is the path to the envelope's schema. */
export function readExample(kind: string, schema: string): Example {
  for (const name of fs.readdirSync(FOLDER).sort()) {
    const [first = ''] = fs.readFileSync(new URL(name, FOLDER), 'utf8').split(/^---$/m)
    // A spec with a dependency would wait for ever in a new repository.
    if (!first.includes(`\nkind: ${kind}\n`) || first.includes('\n  dependsOn:')) continue
    // A replacement function, because `$` is special in a replacement text.
    return { name, text: first.replace(SCHEMA_LINE, () => `# yaml-language-server: $schema=${schema}`) }
  }
  throw new Error(`This package has no example of ${kind}`)
}
