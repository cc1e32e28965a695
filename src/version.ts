import { readPackageFile } from './system/package-file.ts'

/** The version of this package, as its package.json says. */
export const VERSION: string = (JSON.parse(readPackageFile('package.json')) as { version: string }).version
