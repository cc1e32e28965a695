import { Cron } from 'croner'

/** Returns what is wrong with a cron expression; undefined if nothing is. */
export function findCronFault(text: string): string | undefined {
  const fields = text.trim().split(/\s+/)
  if (fields.length !== 5)
    return `it has ${fields.length === 1 ? 'one field' : `${fields.length} fields`}, not five: minute, hour, day of month, month, day of week`
  const strange = fields.find((field) => !/^[\dA-Za-z*,/#-]+$/.test(field))
  if (strange !== undefined) return `${strange} is no field of a cron expression`
  try {
    return nextWall(openCron(text), Date.UTC(2000, 0, 1)) === undefined ? 'it never comes due' : undefined
  } catch (error) {
    return error instanceof Error ? error.message.replace(/^CronPattern: /, '') : String(error)
  }
}

/** Yields the wall times of a cron expression after another one, in order. */
export function* iterateCron(text: string, after: number): Generator<number> {
  const cron = openCron(text)
  for (let wall = nextWall(cron, after); wall !== undefined; wall = nextWall(cron, wall)) yield wall
}

/** Without a time zone of its own: the arithmetic of zones is ours. */
function openCron(text: string): Cron {
  return new Cron(text.trim(), { mode: '5-part', utcOffset: 0 })
}

function nextWall(cron: Cron, after: number): number | undefined {
  return cron.nextRun(new Date(after))?.getTime()
}
