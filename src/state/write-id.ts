/** Begins the last line of a stored text that has a write ID. */
const START = ',\n  "writeId": "'
const END = '"\n}\n'
/** The end of each state's text. */
const BRACE = '\n}\n'

/** A stored text without its write ID, and that ID. */
export type Signed = { readonly text: string; readonly id?: string }

/**
 * Adds a unique write ID to the text of a state. By it, a run recognises its own write when it reads the state back.
 */
export function addWriteId(text: string, id: string): string {
  if (!text.endsWith(BRACE)) throw new Error('The text of a state does not end as one')
  return `${text.slice(0, -BRACE.length)}${START}${id}${END}`
}

/** Splits a stored text. A text that somebody copied there may have no ID. */
export function splitWriteId(stored: string): Signed {
  const at = stored.lastIndexOf(START)
  if (at < 0 || !stored.endsWith(END)) return { text: stored }
  const id = stored.slice(at + START.length, -END.length)
  return /^[^"\\\n]+$/.test(id) ? { text: `${stored.slice(0, at)}${BRACE}`, id } : { text: stored }
}
