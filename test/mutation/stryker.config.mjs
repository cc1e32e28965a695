/**
 * `npm run mutation`: StrykerJS breaks the files of the promise, one expression at a time, and the in-process tests have to notice.
 * Part of them: `npm run mutation -- --mutate src/model/evidence.ts`.
 */
// biome-ignore lint/style/noDefaultExport: Stryker asks for one.
export default {
  packageManager: 'npm',
  plugins: ['./test/mutation/plugin.mjs'],
  testRunner: 'in-process',
  coverageAnalysis: 'perTest',
  // TypeScript 7 has no API that Stryker could rewrite a tsconfig.json or check types with.
  tsconfigFile: 'none',
  checkers: [],
  concurrency: 2,
  timeoutMS: 10_000,
  reporters: ['clear-text', 'json', 'progress-append-only'],
  clearTextReporter: { allowColor: false, logTests: false, reportTests: false },
  jsonReporter: { fileName: 'node_modules/.cache/mutation/report.json' },
  tempDirName: 'node_modules/.cache/mutation/sandbox',
  ignorePatterns: ['docs', 'bench', 'build', 'dist', 'tap-snapshots', '.github', '.tap'],
  mutate: [
    // Evidence, attempts, the create protocol and what a record becomes.
    'src/model/{create-protocol,evidence,attempt-name,deviations,record}.ts',
    // Ownership and matching.
    'src/plan/questions/{ownership,lookalikes,listing,duplicates}.ts',
    'src/plan/situations/unknown.ts',
    'src/plan/decisions/*.ts',
    // What may be created, and when.
    'src/plan/situations/{submitted,new,removed-spec,plan-cancel}.ts',
    'src/plan/questions/{renames,rename-pairs,former-names,rivals,absence}.ts',
    'src/plan/bounds/{guards,approval,quotas}.ts',
    'src/plan/series/decide.ts',
    // Intents, the create, and the read before each call.
    'src/apply/{intents,create,identify}.ts',
    // A state from what several machines wrote.
    'src/state/{merge,recover}.ts',
  ],
}
