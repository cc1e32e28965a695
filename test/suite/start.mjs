/* Runs one bundled test file, as if Node had been started with its source. */
import path from 'node:path'
import { pathToFileURL } from 'node:url'

const [, , bundle, file] = process.argv
process.argv.splice(1, 2)
process.argv[1] = path.resolve(file)
await import(pathToFileURL(path.join(bundle, file.replace(/\.ts$/, '.js'))))
