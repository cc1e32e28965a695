/** A command of a hint, by the verbs that take `--emulator`: it ends with the hint, or with what the sentence goes on with. */
const COMMAND = /\bjobwright (?:adopt|baseline|cancel|paperwork|plan|reconcile|rerun|resolve|status)\b[^`;,()\n]*/g

/** What a hint is part of, with `--emulator` in its commands: run as they are printed, they would otherwise go to AWS. */
export function onEmulator<Told extends { readonly hint?: string }>(told: Told): Told {
  const hint = told.hint?.replace(COMMAND, (command) => {
    const words = command.trimEnd()
    return words.includes(' --emulator') ? command : `${words} --emulator${command.slice(words.length)}`
  })
  return hint === undefined ? told : { ...told, hint }
}
