export { CONFIG_FILE } from '../model/config.ts'

import { configCodeOf } from '../model/codes.ts'
import { CONFIG_FILE, type Config, DEFAULT_CONFIG } from '../model/config.ts'
import { type Diagnostic, hasErrors } from '../model/diagnostic.ts'
import type { KindModel } from '../model/kind.ts'
import { readConfigText } from '../spec/config-text.ts'
import { LIMITS } from '../spec/limits.ts'
import { sourceFiles } from '../system/source-files.ts'
import { unreadable } from './problems.ts'
import { packagedSchemas } from './schemas.ts'

/** What jobwright.yaml says. With an error among the diagnostics (codes `CONFIG_…`), the config is the default one and must not be acted on. */
export type ConfigRead = {
  readonly config: Config
  readonly diagnostics: readonly Diagnostic[]
  /** The text of the file, where there is one that can be read. */
  readonly text?: string
}

/** Reads jobwright.yaml of a repository; without one, the defaults hold. */
export function readConfig(root: string, kinds: readonly KindModel[]): ConfigRead {
  const read = sourceFiles(root).read(CONFIG_FILE, LIMITS.bytes)
  if ('problem' in read) {
    if (read.problem.is === 'missing') return { config: DEFAULT_CONFIG, diagnostics: [] }
    return { config: DEFAULT_CONFIG, diagnostics: [asConfig(unreadable(CONFIG_FILE, read.problem))] }
  }
  const { config, diagnostics } = readConfigText(CONFIG_FILE, read.text, packagedSchemas, kinds)
  return {
    config: hasErrors(diagnostics) ? DEFAULT_CONFIG : config,
    diagnostics: diagnostics.map(asConfig),
    text: read.text,
  }
}

/** The same mistakes as in specs, in another file. */
function asConfig(diagnostic: Diagnostic): Diagnostic {
  return { ...diagnostic, code: configCodeOf(diagnostic.code) }
}
