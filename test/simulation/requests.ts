import type { JsonObject } from '../../src/model/json.ts'

const ROLE = 'arn:aws:iam::123456789012:role/jobs'

/** The Base64 MD5 of each uploaded file. Its content does not matter here. */
export const MD5 = '1B2M2Y8AsgTpgAmY7PhCfg=='

/** True if a request's job needs an upload. */
export function isUpload(request: JsonObject): boolean {
  return request['Type'] === 'IMPORT_ASSET_FROM_SIGNED_URL'
}

/** The types of Data Exchange jobs in turn: one gives a file, one gives none, one takes a file before its start. */
const TYPES = ['EXPORT_ASSET_TO_SIGNED_URL', 'EXPORT_ASSETS_TO_S3', 'IMPORT_ASSET_FROM_SIGNED_URL'] as const
/** The length of an asset's ID. */
const ID_LENGTH = 32

function typeOf(what: string): (typeof TYPES)[number] {
  return TYPES[Number.parseInt(what, 10) % TYPES.length]!
}

/** The asset that a job gives as a file; undefined if it gives none. */
export function assetIn(request: JsonObject): string | undefined {
  const { Details } = request as { readonly Details?: Readonly<Record<string, { readonly AssetId?: string }>> }
  return Details?.['ExportAssetToSignedUrl']?.AssetId
}

/** A valid request of a kind. Different `what` give different requests. */
export function requestFor(kind: string, what: string): JsonObject {
  switch (kind) {
    case 'IotJob':
      return { targets: [`arn:aws:iot:eu-west-1:123456789012:thing/${what}`], document: { reboot: what } }
    case 'MediaPackageHarvestJob':
      return {
        OriginEndpointId: 'live',
        StartTime: '2026-11-14T19:45:00Z',
        EndTime: '2026-11-14T22:00:00Z',
        S3Destination: { BucketName: 'vod', ManifestKey: `${what}.m3u8`, RoleArn: ROLE },
      }
    case 'DataExchangeJob':
      if (typeOf(what) === 'EXPORT_ASSET_TO_SIGNED_URL') {
        return {
          Type: 'EXPORT_ASSET_TO_SIGNED_URL',
          Details: {
            ExportAssetToSignedUrl: {
              DataSetId: 'a'.repeat(32),
              RevisionId: 'b'.repeat(32),
              AssetId: Buffer.from(what).toString('hex').padEnd(ID_LENGTH, '0').slice(0, ID_LENGTH),
            },
          },
        }
      }
      if (typeOf(what) === 'IMPORT_ASSET_FROM_SIGNED_URL') {
        return {
          Type: 'IMPORT_ASSET_FROM_SIGNED_URL',
          Details: {
            ImportAssetFromSignedUrl: {
              DataSetId: 'a'.repeat(32),
              RevisionId: 'b'.repeat(32),
              AssetName: what,
              Md5Hash: MD5,
            },
          },
        }
      }
      return {
        Type: 'EXPORT_ASSETS_TO_S3',
        Details: {
          ExportAssetsToS3: {
            DataSetId: 'a'.repeat(32),
            RevisionId: 'b'.repeat(32),
            AssetDestinations: [{ AssetId: 'c'.repeat(32), Bucket: 'prices', Key: what }],
          },
        },
      }
    case 'PinpointExportJob':
      return { ApplicationId: 'news', ExportJobRequest: { RoleArn: ROLE, S3UrlPrefix: `s3://readers/${what}/` } }
    case 'ImportExportJob':
      return {
        JobType: 'Import',
        Manifest: {
          manifestVersion: '2.0',
          deviceId: what,
          eraseDevice: 'yes',
          accessKeyId: { $env: 'ACCESS_KEY_ID' },
        },
      }
    default:
      throw new Error(`no request for ${kind}`)
  }
}
