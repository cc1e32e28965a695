import fs from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import t from 'tap'
import { MODELS } from '../../src/kinds/index.ts'
import { isObject, type Json, type JsonObject } from '../../src/model/json.ts'
import type { KindModel } from '../../src/model/kind.ts'
import type { Live } from '../../src/model/live.ts'

/*
 * A kind keeps its knowledge to itself: outside its folder no source file names one of its status words, reasons or request members. The
 * emulator plays the services, and shares no code with the kinds.
 */

const SRC = fileURLToPath(new URL('../../src/', import.meta.url))
const SCHEMAS = fileURLToPath(new URL('../../schemas/', import.meta.url))

/** Words of a kind that mean something else of our own as well. */
const OURS: Readonly<Record<string, string>> = {
  Pending: 'a condition',
  InProgress: 'a condition',
  Expired: 'the word of the page for an expired spec',
  Error: 'the name of a JavaScript error, and an element of a Query answer',
  targets: 'a member of jobwright.yaml, and a list of completion',
  description: 'a member of every JSON schema',
}

const literal = /'((?:[^'\\\n]|\\.)*)'|"((?:[^"\\\n]|\\.)*)"|`((?:[^`\\]|\\.)*)`/g

/** Every string of a source file, without comments; a pointer gives its steps as well. */
function wordsOf(text: string): string[] {
  const code = text.replace(/\/\*[\s\S]*?\*\/|(?<![:'"`\\])\/\/.*$/gm, '')
  return [...code.matchAll(literal)].flatMap(([, single, double, template]) => {
    const word = single ?? double ?? template ?? ''
    return /^[\w/.-]+$/.test(word) ? [word, ...word.split('/').filter(Boolean)] : []
  })
}

/** The members of a kind's request, as its schema has them. */
function membersOf(kind: string): string[] {
  const schema = JSON.parse(fs.readFileSync(path.join(SCHEMAS, `${kind}.schema.json`), 'utf8')) as JsonObject
  const properties = schema['properties'] as Json
  return isObject(properties) ? Object.keys(properties) : []
}

/** The reasons that a kind gives: those of each of its statuses, with and without failures in it. */
function reasonsOf({ lifecycle }: KindModel): string[] {
  const lives = lifecycle.statuses.flatMap((status): Live[] => [
    { id: 'x', status, steady: true },
    { id: 'x', status, counts: { failed: 1, failures: 1 } },
  ])
  return lives.flatMap((live) => lifecycle.condition(live, { maxFailedPercent: 0 }).reason ?? [])
}

t.test('no source outside a kind names its status words, reasons or request members', async (t) => {
  const ofKinds = new Map<string, string>()
  for (const model of MODELS) {
    for (const word of model.lifecycle.statuses) ofKinds.set(word, `a status of ${model.kind}`)
    for (const word of reasonsOf(model)) ofKinds.set(word, `a reason of ${model.kind}`)
    for (const word of membersOf(model.kind)) ofKinds.set(word, `a member of ${model.kind}`)
  }
  for (const word of ['WAITING', 'RolledOut', 'Expired', 'document', 'Type', 'ValidateOnly'])
    t.ok(ofKinds.has(word), `${word} is known`)
  t.same(
    Object.keys(OURS).filter((word) => !ofKinds.has(word)),
    [],
    'every exception is needed',
  )
  const files = fs
    .readdirSync(SRC, { recursive: true, encoding: 'utf8' })
    .map((file) => file.split(path.sep).join('/'))
    .filter((file) => file.endsWith('.ts') && !/^(kinds|emulator)\//.test(file))
  const named = files.flatMap((file) =>
    wordsOf(fs.readFileSync(path.join(SRC, file), 'utf8'))
      .filter((word) => ofKinds.has(word) && !Object.hasOwn(OURS, word))
      .map((word) => `${file} names ${word}, ${ofKinds.get(word)}`),
  )
  t.same(named, [])
})

t.test('the title of a kind begins with its service', async (t) => {
  for (const { kind, title, serviceName } of MODELS) t.ok(title.startsWith(`${serviceName} Create`), kind)
})
