import type { KindModel } from '../model/kind.ts'
import { dataExchangeJob } from './data-exchange-job/model.ts'
import { importExportJob } from './import-export-job/model.ts'
import { iotJob } from './iot-job/model.ts'
import { mediapackageHarvestJob } from './mediapackage-harvest-job/model.ts'
import { pinpointExportJob } from './pinpoint-export-job/model.ts'

/**
 * The table of kinds. A sixth kind takes one line here, one in `index.ts`, a folder, a schema and an emulator service.
 */
export const MODELS: readonly KindModel[] = [
  dataExchangeJob,
  importExportJob,
  iotJob,
  mediapackageHarvestJob,
  pinpointExportJob,
]

const byName = new Map(MODELS.map((model) => [model.kind, model]))

/** The model of an existing kind. An unknown name is a bug, because loading rejects it. */
export function getModel(kind: string): KindModel {
  const model = byName.get(kind)
  if (!model) throw new Error(`no kind ${kind}`)
  return model
}
