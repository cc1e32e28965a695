import { isObject, type Json } from '../model/json.ts'

/** Texts that YAML reads as themselves, without quotes. */
const PLAIN = /^[A-Za-z/_][\w /.,()+*=$@~^-]*(:[\w/.-]+)*$/
const WORDS = /^(true|false|null|yes|no|on|off|~)$/i

/** Writes a value as YAML, for reading and for pasting into a spec. */
export function formatYaml(value: Json, indent = ''): string {
  if (Array.isArray(value)) {
    if (value.length === 0) return `${indent}[]`
    return value.map((item: Json) => `${indent}- ${formatYaml(item, `${indent}  `).trimStart()}`).join('\n')
  }
  if (isObject(value)) {
    const members = Object.entries(value)
    if (members.length === 0) return `${indent}{}`
    return members.map(([name, inner]) => `${indent}${formatText(name)}:${formatMember(inner, indent)}`).join('\n')
  }
  return `${indent}${typeof value === 'string' ? formatText(value) : String(value)}`
}

function formatMember(value: Json, indent: string): string {
  const isNested = typeof value === 'object' && value !== null && Object.keys(value).length > 0
  return isNested ? `\n${formatYaml(value, `${indent}  `)}` : ` ${formatYaml(value)}`
}

function formatText(text: string): string {
  return PLAIN.test(text) && !WORDS.test(text) && text.trim() === text ? text : JSON.stringify(text)
}
