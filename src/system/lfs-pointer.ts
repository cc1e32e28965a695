/** A pointer has 1,024 bytes at most (Git LFS specification). */
export const POINTER_MAX = 1024

const FIRST_LINE = /^version https?:\/\/(git-lfs\.github\.com|hawser\.github\.com|git-media\.io)\//

/** Whether a file holds what Git LFS leaves in its place until it is fetched: the digest and the size of the real content. */
export function isLfsPointer(content: Uint8Array | string): boolean {
  if (content.length > POINTER_MAX) return false
  const text = typeof content === 'string' ? content : Buffer.from(content).toString('latin1')
  return FIRST_LINE.test(text) && /^oid \w+:/m.test(text)
}
