/** The parts of an ARN before its resource. A part that the ARN omits is empty, such as the region in IAM. */
export type ArnParts = { readonly partition: string; readonly region: string; readonly account: string }

/** Returns the parts of an ARN; undefined if the text is not an ARN. */
export function parseArn(text: string): ArnParts | undefined {
  const parts = /^arn:([^:]+):[^:]+:([^:]*):([^:]*):./.exec(text)
  return parts ? { partition: parts[1] ?? '', region: parts[2] ?? '', account: parts[3] ?? '' } : undefined
}
