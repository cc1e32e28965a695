import type { Command } from 'commander'
import { MODELS } from '../../kinds/index.ts'
import { listPageCodes } from '../../load/error-pages.ts'
import type { ExitCode } from '../../model/exit-code.ts'
import type { Host } from '../../session/host.ts'
import { loadSpecs, openProject } from '../../session/project.ts'
import { listSchemas } from '../schema/schema.ts'
import { formatBashScript } from './bash.ts'
import { formatFishScript } from './fish.ts'
import { listGlobalOptions, type OptionGrammar, readGrammar, type VerbGrammar } from './grammar.ts'
import { formatZshScript } from './zsh.ts'

/** The shells that completion supports. */
export type Shell = 'bash' | 'zsh' | 'fish'

const SCRIPTS: Readonly<Record<Shell, (verbs: readonly VerbGrammar[], globals: readonly OptionGrammar[]) => string>> = {
  bash: formatBashScript,
  zsh: formatZshScript,
  fish: formatFishScript,
}

/** `jobwright completion SHELL`: prints the script with which a shell completes verbs, options and values. */
export function printCompletion(shell: Shell, program: Command, host: Host): Promise<ExitCode> {
  const kinds = MODELS.map(({ kind }) => kind)
  const verbs = readGrammar(program, { kinds, schemas: listSchemas(), codes: listPageCodes() })
  host.stdout.write(SCRIPTS[shell](verbs, listGlobalOptions(program)))
  return Promise.resolve(0)
}

/** `jobwright __complete WHAT`: prints the values that the scripts look up, one a line. Calls no AWS API and reports no errors. */
export async function complete(what: string, host: Host): Promise<ExitCode> {
  const project = openProject(host.cwd)
  host.stdout.write((await findCompletions(what)).map((one) => `${one}\n`).join(''))
  return 0

  async function findCompletions(asked: string): Promise<string[]> {
    if (asked === 'targets') return Object.keys(project.config.targets)
    const { specs, blocked } = await loadSpecs(project, {})
    return [...specs, ...blocked].map(({ address }) => address).sort()
  }
}
