import type { Command } from 'commander'
import type { Run } from '../../cli/options.ts'
import { parseDuration, parseMoment, parsePositive, parseWhole } from '../../cli/values.ts'

/** Defines `jobwright emulator`, which serves the emulator and advances its clock. */
export function defineEmulator(program: Command, run: Run): void {
  const emulator = program
    .command('emulator')
    .description(
      'run a local server that behaves like the five AWS services; prints its URL as a JSON line; ends on SIGTERM',
    )
    .option('--port <n>', 'port on 127.0.0.1 (default: any free one)', parseWhole)
    .option('--dir <folder>', 'folder for its jobs and its clock (default: in memory)')
    .option('--seed <n>', 'seed for the generated job IDs, and for which calls a fault hits', parseWhole)
    .option('--time-scale <x>', 'virtual seconds per real second (default: 1)', parsePositive)
    .option(
      '--start-at <time>',
      'ISO time, now or today, at which the clock of a new emulator starts (default: now)',
      parseMoment,
    )
    .option('--faults <file>', 'JSON file with fault rules: [{service, operation, fault, rate | times}]')
    .option('--limits <file>', 'JSON file with quotas and rates: {iotConcurrent, rates: {iot, "iot.CreateJob"}}')
    .action(
      run(async (host, options: Record<string, never>) => (await import('./emulator.ts')).serveEmulator(options, host)),
    )

  emulator
    .command('advance')
    .description('advance the clock of the emulator of this repository, whether it runs or not')
    .argument('<duration>', 'such as 90s, 15m, 2h or 3d', parseDuration)
    .action(run(async (host, ms: number) => (await import('./emulator.ts')).advanceEmulator(ms, host)))
}
