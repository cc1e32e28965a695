import { type Received, receiveFile } from './download-file.ts'
import { type Measured, readMeasured } from './upload-file.ts'

/** The files that jobs take in and give out, as a run reaches them. A test stands between. */
export type JobFiles = {
  /** The content of a file that was measured; throws FileChanged where it is another by now. */
  read(file: Measured): AsyncIterable<Uint8Array>
  /** Puts content at a path below a root that nothing stands at; throws FileDiffers where something else does. */
  receive(root: string, file: string, content: AsyncIterable<Uint8Array>): Promise<Received>
}

/** The files of this machine. */
export const nodeFiles: JobFiles = { read: readMeasured, receive: receiveFile }
