/** Longer messages are cut: a service may echo a whole request. */
const MESSAGE_MAX = 500

/**
 * A service's message, safe to keep: first line only where it quotes a request that was signed, no query strings of URLs (signed URLs
 * are keys), no access keys, none of the given secrets, at most 500 characters.
 */
export function mask(message: string, secrets: readonly string[] = []): string {
  let text = message
  for (const secret of secrets) if (secret !== '') text = text.replaceAll(secret, '***')
  text = text
    .replace(/The Canonical String for this request[\s\S]*/, '')
    .replace(/(https?:\/\/[^\s?"'<>]*)\?[^\s"'<>]*/gi, '$1?...')
    .replace(/\b(AKIA|ASIA)[A-Z0-9]{8,}\b/g, '$1...')
    .trim()
  return text.length > MESSAGE_MAX ? `${text.slice(0, MESSAGE_MAX - 1)}…` : text
}
