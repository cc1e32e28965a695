import type { ValidateFunction } from 'ajv'
import { createAjv, getPart } from './ajv.ts'
import type { Schemas } from './schemas.ts'

/*
 * In dist/, `npm run build` replaces this module with the code that Ajv generates (scripts/validators.ts). Compiling
 * takes longer than the rest of `validate`. From source, each schema is compiled at its first use.
 */

type Validators = (part: string) => ValidateFunction

const known = new WeakMap<Schemas, Validators>()

/** Compiles parts of the schemas, such as `IotJob.schema.json`. An invalid schema throws, because that is a bug. */
export function compile(schemas: Schemas): Validators {
  const validators = known.get(schemas) ?? createCompiler(schemas)
  known.set(schemas, validators)
  return validators
}

function createCompiler(schemas: Schemas): Validators {
  const compiled = new Map<string, ValidateFunction>()
  let ajv: ReturnType<typeof createAjv> | undefined
  return (part) => {
    ajv ??= createAjv(schemas)
    const validate = compiled.get(part) ?? ajv.compile(getPart(schemas, part))
    compiled.set(part, validate)
    return validate
  }
}
