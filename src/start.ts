#!/usr/bin/env node
import { enableCompileCache } from './system/compile-cache.ts'

// The program loads afterwards, so that all its code is kept.
enableCompileCache(process.env)
await import('./cli.ts')
