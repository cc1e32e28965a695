export { CONFIG_FILE } from '../model/config.ts'

import path from 'node:path'
import { type RepositoryFacts, readConfigText } from '../documents/config-text.ts'
import { LIMITS } from '../documents/parse/limits.ts'
import { getConfigCode } from '../model/codes.ts'
import { CONFIG_FILE, type Config, type StateConfig } from '../model/config.ts'
import { DEFAULT_CONFIG } from '../model/default-config.ts'
import { type Diagnostic, hasErrors } from '../model/diagnostic.ts'
import type { KindModel } from '../model/kind.ts'
import { listRemotes } from '../system/git.ts'
import { isInside, openSourceFiles } from '../system/source-files.ts'
import { createUnreadable } from './problems.ts'
import { readPackagedSchema } from './schemas.ts'

/** The content of jobwright.yaml. If a diagnostic is an error (`CONFIG_…`), the config is the default and must not be used. */
export type ConfigRead = {
  readonly config: Config
  readonly diagnostics: readonly Diagnostic[]
  /** The text of the file, if it can be read. */
  readonly text?: string
}

/**
 * Reads jobwright.yaml of a repository, or returns the defaults. `stateFolder`: a folder outside the repository in which the operator
 * allows the state.
 */
export function readConfig(root: string, kinds: readonly KindModel[], stateFolder?: string): ConfigRead {
  const read = openSourceFiles(root).read(CONFIG_FILE, LIMITS.bytes)
  if ('problem' in read) {
    if (read.problem.is === 'missing') return { config: DEFAULT_CONFIG, diagnostics: [] }
    return { config: DEFAULT_CONFIG, diagnostics: [toConfigDiagnostic(createUnreadable(CONFIG_FILE, read.problem))] }
  }
  const facts = createFacts(root, stateFolder)
  const { config, diagnostics } = readConfigText(CONFIG_FILE, read.text, readPackagedSchema, kinds, facts)
  return {
    config: hasErrors(diagnostics) ? DEFAULT_CONFIG : config,
    diagnostics: diagnostics.map(toConfigDiagnostic),
    text: read.text,
  }
}

/** Says what is wrong with a place of the state, as if jobwright.yaml named it. Undefined: nothing is. */
export function checkState(
  root: string,
  state: StateConfig,
  stateFolder?: string,
): Pick<Diagnostic, 'code' | 'message' | 'remedies'> | undefined {
  const text = JSON.stringify({ state })
  const { diagnostics } = readConfigText(CONFIG_FILE, text, readPackagedSchema, [], createFacts(root, stateFolder))
  const error = diagnostics.find(({ severity }) => severity === 'error')
  if (error === undefined) return undefined
  const { code, message, remedies } = toConfigDiagnostic(error)
  return { code, message, remedies }
}

function createFacts(root: string, stateFolder: string | undefined): RepositoryFacts {
  return {
    remotes: () => listRemotes(root),
    isInside: (file) => isInside(path.resolve(root), path.resolve(root, file)),
    isStateAllowed: (file) => isStateAllowed(root, file, stateFolder),
  }
}

/** Returns true if a path may hold a state: inside the repository but not in `.git`, or in the operator's folder. */
function isStateAllowed(root: string, file: string, stateFolder: string | undefined): boolean {
  const target = path.resolve(root, file)
  if (isInside(path.resolve(root), target) && target !== path.resolve(root)) return true
  return stateFolder !== undefined && stateFolder !== '' && isInside(path.resolve(stateFolder), target)
}

/** Converts a spec diagnostic into the matching `CONFIG_…` one. */
function toConfigDiagnostic(diagnostic: Diagnostic): Diagnostic {
  return { ...diagnostic, code: getConfigCode(diagnostic.code) }
}
