import type { ValidateFunction } from 'ajv'
import { createAjv, getPart } from './ajv.ts'
import type { Schemas } from './schemas.ts'

/*
 * In dist/, `npm run build` puts the code in place of this module that Ajv writes for the schemas of this package: scripts/validators.ts.
 * To compile them takes longer than all else that `validate` does. From source, they are compiled as they are asked for.
 */

type Validators = (part: string) => ValidateFunction

const known = new WeakMap<Schemas, Validators>()

/** Gives what checks a part of the schemas, such as `IotJob.schema.json`. A schema that is itself faulty throws: that is a bug. */
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
