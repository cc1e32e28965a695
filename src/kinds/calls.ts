import type { Connection } from '../aws/connection.ts'
import type { Calls } from '../model/kind-calls.ts'

/** Loads a kind's calls, and its SDK client, when the first job of that kind needs them. */
const LOADERS: Readonly<Record<string, () => Promise<{ createCalls(connection: Connection): Calls }>>> = {
  DataExchangeJob: () => import('./data-exchange-job/calls.ts'),
  ImportExportJob: () => import('./import-export-job/calls.ts'),
  IotJob: () => import('./iot-job/calls.ts'),
  MediaPackageHarvestJob: () => import('./mediapackage-harvest-job/calls.ts'),
  PinpointExportJob: () => import('./pinpoint-export-job/calls.ts'),
}

/** Opens a kind's reader and writer over a connection. An unknown kind is a bug, because loading rejects it. */
export async function openCalls(kind: string, connection: Connection): Promise<Calls> {
  const load = LOADERS[kind]
  if (!load) throw new Error(`no kind ${kind}`)
  return (await load()).createCalls(connection)
}
