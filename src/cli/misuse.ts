import type { Command, CommanderError } from 'commander'
import { isAddress } from '../model/address.ts'
import { advise, type Remedy, suggest } from '../model/remedy.ts'
import { findAnswers } from './foreign-verbs.ts'

/** Returns the first word that is not an option. */
export function findVerb(words: readonly string[]): string | undefined {
  return words.find((word) => !word.startsWith('-'))
}

/** Suggests the option to use for a bare file or address. */
export function suggestOption({ code, message }: CommanderError, args: readonly string[], program: Command): Remedy[] {
  const verb = findVerb(args)
  if (code === 'commander.unknownCommand') return [...(findAnswers(verb ?? '') ?? [])]
  if (code === 'commander.unknownOption' && message.includes("'-v'"))
    return [suggest('to see what is sent, write --verbose; for the version', '--version')]
  const command = program.commands.find((one) => one.name() === verb)
  const words = command?.args ?? []
  const [word = ''] = words
  const hasOption = (name: string): boolean => command?.options.some(({ long }) => long === name) === true
  const isTooMany = code === 'commander.excessArguments'
  if (isTooMany && words.length > 1 && words.every(isAddress) && hasOption('--only'))
    return [advise(`write ${words.map((address) => `--only ${address}`).join(' ')}`)]
  const name = isAddress(word) ? '--only' : '--spec'
  const isMeant = isTooMany && command?.registeredArguments.length === 0
  return isMeant && hasOption(name) ? [advise(`write ${name} ${word}`)] : []
}

/** Returns true if the arguments ask for an output form, however the option is written. */
export function isAskedFor(form: string, args: readonly string[]): boolean {
  return args.some((one, index) => {
    if (one === `--output=${form}` || one === `-o${form}`) return true
    return one === form && (args[index - 1] === '--output' || args[index - 1] === '-o')
  })
}
