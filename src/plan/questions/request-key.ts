import { canonicalise, type JsonObject } from '../../model/json.ts'
import type { KindModel } from '../../model/kind.ts'
import { writeDocuments } from '../../model/write-documents.ts'

/** Returns the normal form without the ID, as one text. Two requests with equal texts are the same job twice. */
export function getRequestKey(request: JsonObject, model: KindModel): string {
  return canonicalise(model.request.normalise(writeDocuments(request, model.request.documents)))
}
