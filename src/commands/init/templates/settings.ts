/** Where editors that follow VS Code keep a repository's settings, relative to its top. */
export const SETTINGS_FILE = '.vscode/settings.json'

/** The text of settings that tell yaml-language-server which schema is for which files. */
export function formatSettings(schemas: Readonly<Record<string, readonly string[]>>): string {
  return `${JSON.stringify({ 'yaml.schemas': schemas }, null, 2)}\n`
}
