/** Longer messages are cut, because a service may echo a whole request. */
const MESSAGE_MAX = 500

/**
 * Makes a service's message safe to keep. It removes query strings of URLs (signed URLs are keys), access keys and the
 * given secrets. It keeps at most 500 characters, and only the first line if a signed request is quoted.
 */
export function mask(message: string, secrets: readonly string[] = []): string {
  let text = message
  // Longest first: a secret that begins with another must not be masked only in part.
  const known = [...new Set(secrets.flatMap(listForms))].sort((a, b) => b.length - a.length)
  for (const form of known) if (form !== '') text = text.replaceAll(form, '***')
  text = text
    .replace(/The Canonical String for this request[\s\S]*/, '')
    .replace(/https?:\/\/[^\s"'<>]*/gi, stripQuery)
    .replace(/\b(AKIA|ASIA)[A-Z0-9]{8,}\b/g, '$1...')
    .trim()
  return text.length > MESSAGE_MAX ? `${text.slice(0, MESSAGE_MAX - 1)}…` : text
}

function stripQuery(url: string): string {
  const at = url.indexOf('?')
  return at === -1 ? url : `${url.slice(0, at)}?...`
}

/**
 * All forms in which a service may return a secret: plain, or quoted as in a manifest. Each of these also form-encoded
 * and XML-encoded.
 */
function listForms(secret: string): string[] {
  const texts = [secret, JSON.stringify(secret).slice(1, -1)]
  return texts.flatMap((text) => [
    text,
    new URLSearchParams([['', text]]).toString().slice(1),
    encodeURIComponent(text),
    escapeXml(text),
    escapeXml(text).replaceAll('"', '&quot;').replaceAll("'", '&apos;'),
  ])
}

function escapeXml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
}
