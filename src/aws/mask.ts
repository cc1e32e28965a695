/** Longer messages are cut: a service may echo a whole request. */
const MESSAGE_MAX = 500

/**
 * A service's message, safe to keep: first line only where it quotes a request that was signed, no query strings of URLs (signed URLs
 * are keys), no access keys, none of the given secrets, at most 500 characters.
 */
export function mask(message: string, secrets: readonly string[] = []): string {
  let text = message
  // The longest first: of one that begins with another the rest would stay.
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

/** A secret as it is, as a manifest quotes it, and each of these as a form and as XML hold them: a service may echo any of them. */
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
