/**
 * Identifies this build: its program, schemas and rules. Undefined from source, where code changes between two runs. In
 * build/, scripts/build-id.ts replaces this module.
 */
export const BUILD_ID: string | undefined = undefined
