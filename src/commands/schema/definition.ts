import type { Command } from 'commander'
import type { Run } from '../../cli/options.ts'

/** Defines `jobwright schema`, which prints schemas. */
export function defineSchema(program: Command, run: Run): void {
  program
    .command('schema')
    .description('list the JSON Schemas, print one, or write all to a folder, for editors without a network')
    .argument('[schema]', 'such as IotJob, or job for the envelope')
    .option('--out <folder>', 'write all schemas to this folder')
    .action(
      run(async (host, name: string | undefined, options: { out?: string }) =>
        (await import('./schema.ts')).printSchema(name, options, host),
      ),
    )
}
