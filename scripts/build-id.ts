/**
 * Writes the digest of everything that decides how specs are read into build/build-id.js: the program, the compiled schemas and the
 * locked dependencies. `tsx scripts/build-id.ts`, after scripts/validators.ts.
 */
import { createHash } from 'node:crypto'
import fs from 'node:fs'
import path from 'node:path'

const root = path.join(import.meta.dirname, '..')
const built = path.join(root, 'build')
const target = path.join(built, 'build-id.js')
const files = fs
  .readdirSync(built, { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.js'))
  .map((file) => path.join(built, file))
  .filter((file) => file !== target)
  .sort()
const hash = createHash('sha256')
for (const file of [...files, path.join(root, 'package-lock.json')])
  hash
    .update(`${path.relative(root, file)}\0`)
    .update(fs.readFileSync(file))
    .update('\0')
fs.writeFileSync(target, `export const BUILD_ID = ${JSON.stringify(hash.digest('hex'))}\n`)
