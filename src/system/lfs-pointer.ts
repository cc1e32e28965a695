/** The size limit of a pointer in bytes (Git LFS specification). */
export const POINTER_MAX = 1024

const FIRST_LINE = /^version https?:\/\/(git-lfs\.github\.com|hawser\.github\.com|git-media\.io)\//

const FIRST_BYTE = 'v'.charCodeAt(0)

/** Returns true for a Git LFS pointer: the digest and size that stand in a file until LFS fetches its content. */
export function isLfsPointer(content: Uint8Array | string): boolean {
  // Most files are small and no pointer, so look at one byte first.
  if (content.length > POINTER_MAX || (content[0] !== 'v' && content[0] !== FIRST_BYTE)) return false
  const text = typeof content === 'string' ? content : Buffer.from(content).toString('latin1')
  return FIRST_LINE.test(text) && /^oid \w+:/m.test(text)
}
