/*
 * Lets Node 20 run the TypeScript of tests; later versions do so by themselves. Unlike tsx it asks about no other file: tap alone loads
 * 600 of those, which costs each test file more than half a second.
 */
import { register } from 'node:module'

if (!process.features.typescript) register('./typescript-hooks.mjs', import.meta.url)
