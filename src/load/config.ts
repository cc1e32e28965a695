export { CONFIG_FILE } from '../model/config.ts'

import path from 'node:path'
import { readConfigText } from '../documents/config-text.ts'
import { LIMITS } from '../documents/parse/limits.ts'
import { getConfigCode } from '../model/codes.ts'
import { CONFIG_FILE, type Config, DEFAULT_CONFIG } from '../model/config.ts'
import { type Diagnostic, hasErrors } from '../model/diagnostic.ts'
import type { KindModel } from '../model/kind.ts'
import { listRemotes } from '../system/git.ts'
import { isInside, openSourceFiles } from '../system/source-files.ts'
import { createUnreadable } from './problems.ts'
import { readPackagedSchema } from './schemas.ts'

/** What jobwright.yaml says. With an error among the diagnostics (codes `CONFIG_…`), the config is the default one and must not be acted on. */
export type ConfigRead = {
  readonly config: Config
  readonly diagnostics: readonly Diagnostic[]
  /** The text of the file, where there is one that can be read. */
  readonly text?: string
}

/**
 * Reads jobwright.yaml of a repository; without one, the defaults hold. `stateFolder`: where the operator lets the state be, outside the
 * repository.
 */
export function readConfig(root: string, kinds: readonly KindModel[], stateFolder?: string): ConfigRead {
  const read = openSourceFiles(root).read(CONFIG_FILE, LIMITS.bytes)
  if ('problem' in read) {
    if (read.problem.is === 'missing') return { config: DEFAULT_CONFIG, diagnostics: [] }
    return { config: DEFAULT_CONFIG, diagnostics: [toConfigDiagnostic(createUnreadable(CONFIG_FILE, read.problem))] }
  }
  const { config, diagnostics } = readConfigText(CONFIG_FILE, read.text, readPackagedSchema, kinds, {
    remotes: () => listRemotes(root),
    isInside: (file) => isInside(path.resolve(root), path.resolve(root, file)),
    isStateAllowed: (file) => isStateAllowed(root, file, stateFolder),
  })
  return {
    config: hasErrors(diagnostics) ? DEFAULT_CONFIG : config,
    diagnostics: diagnostics.map(toConfigDiagnostic),
    text: read.text,
  }
}

/** Whether a state file may be at a path: inside the repository and not in `.git`, or in the folder that the operator names. */
function isStateAllowed(root: string, file: string, stateFolder: string | undefined): boolean {
  const target = path.resolve(root, file)
  if (isInside(path.resolve(root), target) && target !== path.resolve(root)) return true
  return stateFolder !== undefined && stateFolder !== '' && isInside(path.resolve(stateFolder), target)
}

/** The same mistakes as in specs, in another file. */
function toConfigDiagnostic(diagnostic: Diagnostic): Diagnostic {
  return { ...diagnostic, code: getConfigCode(diagnostic.code) }
}
