/* Writes down the file of each module that is loaded. */
import fs from 'node:fs'

let file

export function initialize(given) {
  file = given
}

export function load(url, context, next) {
  if (url.startsWith('file:')) fs.appendFileSync(file, `${url}\n`)
  return next(url, context)
}
