import type { Command } from 'commander'
import { MODELS } from '../kinds/models.ts'
import { pageCodes } from '../load/pages.ts'
import type { ExitCode } from '../model/exit-code.ts'
import { bashScript } from './completion/bash.ts'
import { fishScript } from './completion/fish.ts'
import { globalOptionsOf, grammarOf, type OptionGrammar, type VerbGrammar } from './completion/grammar.ts'
import { zshScript } from './completion/zsh.ts'
import type { Host } from './options.ts'
import { loadSpecs, openProject } from './project.ts'
import { schemaNames } from './schema.ts'

/** The shells whose completion is known. */
export type Shell = 'bash' | 'zsh' | 'fish'

const SCRIPTS: Readonly<Record<Shell, (verbs: readonly VerbGrammar[], globals: readonly OptionGrammar[]) => string>> = {
  bash: bashScript,
  zsh: zshScript,
  fish: fishScript,
}

/** `jobwright completion SHELL`: prints the script by which a shell completes verbs, options and their values. */
export function completion(shell: Shell, program: Command, host: Host): Promise<ExitCode> {
  const kinds = MODELS.map(({ kind }) => kind)
  const verbs = grammarOf(program, { kinds, schemas: schemaNames(), codes: pageCodes() })
  host.stdout.write(SCRIPTS[shell](verbs, globalOptionsOf(program)))
  return Promise.resolve(0)
}

/** `jobwright __complete WHAT`: what the scripts look up while one types, a line each. Asks nothing of AWS, and says nothing of faults. */
export async function complete(what: string, host: Host): Promise<ExitCode> {
  const project = openProject(host.cwd)
  host.stdout.write((await foundFor(what)).map((one) => `${one}\n`).join(''))
  return 0

  async function foundFor(asked: string): Promise<string[]> {
    if (asked === 'targets') return Object.keys(project.config.targets)
    const { specs, blocked } = await loadSpecs(project, {})
    return [...specs, ...blocked].map(({ address }) => address).sort()
  }
}
