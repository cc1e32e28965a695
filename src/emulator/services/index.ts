import type { Service } from '../service.ts'
import { dataexchange } from './dataexchange/index.ts'
import { importexport } from './importexport/index.ts'
import { iot } from './iot/index.ts'
import { mediapackage } from './mediapackage/index.ts'
import { pinpoint } from './pinpoint/index.ts'
import { sts } from './sts/index.ts'

/** All services. A new one takes a folder and a line here. */
export const services: readonly Service[] = [iot, mediapackage, pinpoint, dataexchange, importexport, sts]
