/** Prints the `--help` texts of the program and its commands as JSON: command line to text. A separate process, because the program reads its arguments on load. */
const write = process.stdout.write.bind(process.stdout)
// Each load of the program adds signal listeners.
process.setMaxListeners(0)
process.stdout.setMaxListeners(0)
process.stderr.setMaxListeners(0)

let loads = 0

async function helpOf(...args: string[]): Promise<string> {
  let text = ''
  process.stdout.write = ((more: string) => {
    text += more
    return true
  }) as typeof process.stdout.write
  process.argv = [process.execPath, 'jobwright', ...args, '--help']
  loads += 1
  await import(`../src/cli.ts?load=${loads}`)
  process.stdout.write = write
  return text.trimEnd()
}

const pages: Record<string, string> = { jobwright: await helpOf() }
const commands = pages['jobwright']?.split('\nCommands:\n')[1]?.split('\n\n')[0] ?? ''
for (const [, verb = ''] of commands.matchAll(/^ {2}(\w+)/gm)) {
  if (verb !== 'help') pages[`jobwright ${verb}`] = await helpOf(verb)
  if (verb === 'emulator') pages['jobwright emulator advance'] = await helpOf(verb, 'advance')
}
write(JSON.stringify(pages))
process.exitCode = 0
