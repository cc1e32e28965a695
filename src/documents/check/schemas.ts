import type { JsonObject } from '../../model/json.ts'

/** Gives the content of a file of `schemas/`, such as `IotJob.schema.json`. */
export type Schemas = (file: string) => JsonObject
