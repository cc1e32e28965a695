/** One way out of a problem. `report/remedies.ts` renders it for each medium. */
export type Remedy = {
  /** What to do, or when the command is the right one. Raw text without a command: `if none of them is it`. */
  readonly text: string
  /** The command to run: the program and its arguments, unquoted. `['jobwright', 'adopt', 'IotJob/reboot']`. */
  readonly command?: readonly [program: string, ...args: string[]]
}

/** Creates a way out without a command. */
export function advise(text: string): Remedy {
  return { text }
}

/** Creates a way out that is a Jobwright command. `text` says when to run it; `args` follow `jobwright`. */
export function suggest(text: string, ...args: string[]): Remedy {
  return { text, command: ['jobwright', ...args] }
}
