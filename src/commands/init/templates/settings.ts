/** The settings file of VS Code and compatible editors, relative to the repository's top. */
export const SETTINGS_FILE = '.vscode/settings.json'

/** Formats the settings that tell yaml-language-server which schema applies to which files. */
export function formatSettings(schemas: Readonly<Record<string, readonly string[]>>): string {
  return `${JSON.stringify({ 'yaml.schemas': schemas }, null, 2)}\n`
}
