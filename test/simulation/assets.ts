import { createHash } from 'node:crypto'
import type { JsonObject } from '../../src/model/json.ts'
import { LINK_MS } from './aws-facts.ts'
import { assetIn } from './requests.ts'

/** A signed link to the asset that a job exports. Anyone may use it, until it expires. */
export type Link = { readonly content: string; readonly expiresAt: number }

/** The bytes of an asset. The asset of a revision never changes (Data Exchange user guide, "Revisions"). */
export function contentOf(request: JsonObject): string {
  return `prices of ${assetIn(request)}\n`.repeat(4)
}

/** A new link to what a job exports. */
export function linkTo(request: JsonObject, now: number): Link {
  return { content: contentOf(request), expiresAt: now + LINK_MS }
}

/** A file's digest, as docs/state.md describes it. */
export function digestOf(content: string): string {
  return `sha256:${createHash('sha256').update(content).digest('hex')}`
}
