import { Problem } from '../model/problem.ts'
import { advise } from '../model/remedy.ts'

/** Marks a command given as one text, such as a workflow input. It is split here, so that no shell interprets it. */
export const AS_TEXT = '__line'

/** Whitespace, a quoted part with its closing quote if any, or an unquoted part. */
const PART = /\s+|'([^']*)('?)|"((?:[^"\\]|\\[\s\S])*)("?)|([^\s'"]+)/g

/** Returns the program's arguments, with a text split into words. Throws a Problem (exit 1) for an unclosed quote. */
export function readArguments(given: readonly string[]): readonly string[] {
  const [verb, ...texts] = given
  if (verb !== AS_TEXT) return given
  const words = splitWords(texts.join(' '))
  if (words) return words
  throw new Problem({
    code: 'USAGE',
    message: 'a quote in the command is not closed',
    remedies: [advise('quote a text of several words on both sides: --reason "two words"')],
  })
}

/**
 * Splits a text into words as a shell would. Quotes group words. Inside double quotes a backslash escapes a quote or a backslash. Nothing
 * else is special. Returns undefined if a quote is not closed.
 */
export function splitWords(text: string): string[] | undefined {
  const words: string[] = []
  let isInside = false
  for (const [, single, end, double, doubleEnd, plain] of text.matchAll(PART)) {
    if (end === '' || doubleEnd === '') return undefined

    const value = single ?? double?.replace(/\\(["\\])/g, '$1') ?? plain
    if (value === undefined) isInside = false
    else {
      words.push(isInside ? `${words.pop() ?? ''}${value}` : value)
      isInside = true
    }
  }
  return words
}
