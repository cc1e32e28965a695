/** What an ARN names besides its resource; empty where it leaves a part out, as IAM does with the region. */
export type ArnParts = { readonly partition: string; readonly region: string; readonly account: string }

/** The parts of an ARN; undefined for a text that is none. */
export function parseArn(text: string): ArnParts | undefined {
  const parts = /^arn:([^:]+):[^:]+:([^:]*):([^:]*):./.exec(text)
  return parts ? { partition: parts[1] ?? '', region: parts[2] ?? '', account: parts[3] ?? '' } : undefined
}
