import { computeDigest, createDigester } from '../../model/digest.ts'
import { readCacheFile } from '../../system/cache-file.ts'
import { computeStamp } from '../../system/file-identity.ts'
import { lookAt } from '../../system/look-at.ts'
import type { Host } from '../host.ts'

/** With a larger state, no plan is remembered. */
const STATE_MAX = 512 * 1024 * 1024
/** The digest of a file that does not exist. */
const MISSING = 'missing'

/** The journal of a state in a file. */
export function nameJournal(state: string): string {
  return `${state}.journal`
}

/** Computes the digest of the variables that a plan without calls may depend on. */
export function digestEnv(env: Host['env']): string {
  const own = Object.keys(env).filter((name) => /^(JOBWRIGHT|GIT)_/i.test(name))
  return computeDigest(JSON.stringify(own.sort().map((name) => [name, env[name]])))
}

/** Computes the digest of jobwright.yaml. Undefined text: there is none. */
export function digestConfig(text: string | undefined): string {
  return text === undefined ? MISSING : computeDigest(text)
}

/** Computes the digest of a state or its journal. Undefined if it cannot be read. */
export function digestFile(file: string): string | undefined {
  if (lookAt(file) === 'nothing') return MISSING
  const bytes = readCacheFile(file, STATE_MAX)
  return bytes && createDigester(bytes).digest()
}

/**
 * Begins to watch a file. `digestIfSame` computes its digest, or returns undefined if its content may have changed
 * since. A file that changed a moment ago has no stamp, so its content is compared.
 */
export function watchFile(file: string): { digestIfSame(): string | undefined } {
  const stamp = stampFile(file)
  const before = stamp === undefined ? digestFile(file) : undefined
  return {
    digestIfSame() {
      const now = digestFile(file)
      return stamp === undefined ? (now === before ? now : undefined) : stampFile(file) === stamp ? now : undefined
    },
  }
}

function stampFile(file: string): string | undefined {
  return lookAt(file) === 'nothing' ? MISSING : computeStamp(file)
}

/** Computes the digest of spec files, in their order. Undefined if one of them has no text. */
export function digestSpecs(files: Iterable<readonly [file: string, text: string | undefined]>): string | undefined {
  const { update, digest } = createDigester('')
  for (const [file, text] of files) {
    if (text === undefined) return undefined
    // The lengths keep the parts apart.
    update(`${file.length} ${text.length} ${file}${text}`)
  }
  return digest()
}
