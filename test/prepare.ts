/*
 * What a run of the tests needs beforehand: tap built with the plugins of .taprc, and the program built. Each takes seconds, so it is made
 * only where it is missing or outdated.
 */
import { spawnSync } from 'node:child_process'
import fs from 'node:fs'
import { build } from './e2e/process.ts'

/** Where tap keeps the test class that it generates from its plugins. */
const TAP = new URL('../node_modules/@tapjs/test/test-built/dist/esm/index.js', import.meta.url)

// As installed, tap has a TypeScript plugin, which .taprc takes out.
if (!fs.existsSync(TAP) || fs.readFileSync(TAP, 'utf8').includes('@tapjs/typescript')) {
  const { status } = spawnSync('tap', ['build'], { stdio: 'inherit' })
  if (status !== 0) throw new Error(`tap build failed with ${status}`)
}
// Pure rooms are tested from their source.
if (!process.argv.includes('--pure')) build()
