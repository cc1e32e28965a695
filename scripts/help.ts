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

/** Lists the commands that a help names. */
function listCommands(help: string): string[] {
  const commands = help.split('\nCommands:\n')[1]?.split('\n\n')[0] ?? ''
  return [...commands.matchAll(/^ {2}(\w+)/gm)].flatMap(([, verb = '']) => (verb === 'help' ? [] : verb))
}

const pages: Record<string, string> = { jobwright: await helpOf() }
for (const verb of listCommands(pages['jobwright']!)) {
  const help = await helpOf(verb)
  pages[`jobwright ${verb}`] = help
  for (const part of listCommands(help)) pages[`jobwright ${verb} ${part}`] = await helpOf(verb, part)
}
write(JSON.stringify(pages))
process.exitCode = 0
