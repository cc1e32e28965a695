/** Stryker's processes load this first: it lets them load TypeScript, and gives test files the collector in place of tap. */
import '../typescript.mjs'
import { register } from 'node:module'

register('./tap-hooks.mjs', import.meta.url)

// Stryker's processes exchange texts. tap would send objects, which Stryker cannot read.
const send = process.send?.bind(process)
if (send) process.send = (message, ...rest) => typeof message !== 'string' || send(message, ...rest)

export const { strykerPlugins } = await import('./runner.ts')
