// The table of kinds, one line each. CONTRIBUTING.md lists what else a new kind needs.
export * as dataExchangeJob from './data-exchange-job/index.ts'
export * as importExportJob from './import-export-job/index.ts'
export * as iotJob from './iot-job/index.ts'
export * as mediapackageHarvestJob from './mediapackage-harvest-job/index.ts'
export * as pinpointExportJob from './pinpoint-export-job/index.ts'
