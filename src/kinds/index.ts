import type { KindModel } from '../model/kind.ts'
import * as table from './all-kinds.ts'

/** The models of all kinds, in the order of their names. */
export const MODELS: readonly KindModel[] = Object.values(table).map(({ model }) => model)

const byName = new Map(MODELS.map((model) => [model.kind, model]))

/** Returns the model of an existing kind. An unknown name is a bug, because loading rejects it. */
export function getModel(kind: string): KindModel {
  const model = byName.get(kind)
  if (!model) throw new Error(`no kind ${kind}`)
  return model
}
