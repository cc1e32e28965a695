export { iotJob as model } from './model.ts'

/** Loads the reader and the writer of these jobs, with their SDK client. */
export const loadCalls = () => import('./calls.ts')
