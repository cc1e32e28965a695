/** One way out of what a message says. The medium decides how it is written: see `report/remedies.ts`. */
export type Remedy = {
  /** What to do, or when the command is the right one. Raw text, no command in it: `if none of them is it`. */
  readonly text: string
  /** The command to run: the program, then its arguments, unquoted. `['jobwright', 'adopt', 'IotJob/reboot']`. */
  readonly command?: readonly [program: string, ...args: string[]]
}

/** A way out in words alone. */
export function advise(text: string): Remedy {
  return { text }
}

/** A way out that is a command of ours: `text` says what it is for or when to run it, `args` is what follows `jobwright`. */
export function suggest(text: string, ...args: string[]): Remedy {
  return { text, command: ['jobwright', ...args] }
}
