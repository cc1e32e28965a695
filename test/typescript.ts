/** What a child process imports to run TypeScript, as the test runner has each test file do. */
export const TYPESCRIPT = new URL('typescript.mjs', import.meta.url).href
