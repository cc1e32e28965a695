import { getValue, type Json, type JsonObject, type Pointer } from '../model/json.ts'
import type { Finding } from '../model/kind.ts'
import { advise } from '../model/remedy.ts'

/** What is wrong with the keys of a list of tags: AWS takes each key once, and none that begins with `aws:`. */
export function findTagFaults(request: JsonObject, list: Pointer): Finding[] {
  const tags = getValue(request, list)
  const keys = (Array.isArray(tags) ? tags : []).map((tag: Json) => String(getValue(tag, '/Key')))
  return keys.flatMap((key, index): Finding[] => {
    const base = { pointer: `${list}/${index}/Key`, code: 'SPEC_TAG_KEY' } as const
    if (keys.indexOf(key) < index)
      return [{ ...base, message: `the tag ${key} stands there twice`, remedies: [advise('remove one of them')] }]
    if (!/^aws:/i.test(key)) return []
    return [
      { ...base, message: `${key} begins with aws:, which is AWS's own`, remedies: [advise('choose another key')] },
    ]
  })
}
