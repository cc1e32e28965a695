import { type Received, receiveFile } from './download-file.ts'
import { type Measured, readMeasured } from './upload-file.ts'

/** The files that jobs upload and download. Tests replace this. */
export type JobFiles = {
  /** Reads a measured file; throws FileChanged if it has changed. */
  read(file: Measured): AsyncIterable<Uint8Array>
  /** Writes content to a free path below a root; throws FileDiffers if a different file exists. */
  receive(root: string, file: string, content: AsyncIterable<Uint8Array>): Promise<Received>
}

/** This machine's files. */
export const nodeFiles: JobFiles = { read: readMeasured, receive: receiveFile }
