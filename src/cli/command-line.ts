import { Problem } from '../model/problem.ts'
import { advise } from '../model/remedy.ts'

/** Before a command that is one text: what a workflow is given as an input is split here, so that no shell has to look at it. */
export const AS_TEXT = '__line'

/** Blanks; a part in single or in double quotes, with the quote that closes it, if one does; or a part without quotes. */
const PART = /\s+|'([^']*)('?)|"((?:[^"\\]|\\[\s\S])*)("?)|([^\s'"]+)/g

/** The arguments of the program, those of a text among them. Throws a Problem (exit 1) for a quote that is not closed. */
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
 * The words of a text as a shell would split it: quotes keep words together, a backslash inside double quotes keeps a quote or a backslash,
 * and nothing else means anything. Undefined where a quote is not closed.
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
