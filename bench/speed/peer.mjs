// Peers of Jobwright on the same files. `read`: parses every spec with js-yaml. `check`: checks them with ajv too. `hash`: reads what a
// cache holds at best, the hash of each file and its parsed value as JSON. `store` writes that.
import { createHash } from 'node:crypto'
import fs from 'node:fs'
import path from 'node:path'
import { load } from 'js-yaml'

const [, , what, root] = process.argv
const SCHEMAS = new URL('../../schemas/', import.meta.url)
const VALUES = path.join(root, '.jobwright', 'values.json')
const texts = fs
  .readdirSync(path.join(root, 'specs'), { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.yaml'))
  .map((file) => fs.readFileSync(path.join(root, 'specs', file), 'utf8'))
const digest = (text) => createHash('sha256').update(text).digest('base64')

if (what === 'read') for (const text of texts) load(text)
if (what === 'check') {
  const { Ajv2020 } = await import('ajv/dist/2020.js')
  const formats = await import('ajv-formats')
  const ajv = formats.default.default(new Ajv2020({ strict: false, allErrors: true }))
  for (const file of fs.readdirSync(SCHEMAS))
    ajv.addSchema(JSON.parse(fs.readFileSync(new URL(file, SCHEMAS), 'utf8')), file)
  const validate = ajv.getSchema('job.schema.json')
  const bad = texts.filter((text) => !validate(load(text)))
  process.stdout.write(`${bad.length} of ${texts.length} are invalid\n`)
}
if (what === 'store') {
  const values = Object.fromEntries(texts.map((text) => [digest(text), load(text)]))
  fs.mkdirSync(path.dirname(VALUES), { recursive: true })
  fs.writeFileSync(VALUES, JSON.stringify(values))
}
if (what === 'hash') {
  const values = JSON.parse(fs.readFileSync(VALUES, 'utf8'))
  if (!texts.every((text) => digest(text) in values)) throw new Error('a value is missing')
}
