import { matchWhole } from '../../check-shape.ts'
import { integer, list, oneOf, type Shape, string, structure } from '../../shape.ts'

// Bounds from the AWS Data Exchange API reference; list sizes from its quotas page. CatalogId's published pattern matches nothing and is not used.

/** An ID of a job, data set, revision or asset. */
export const id = string({ pattern: matchWhole('[a-zA-Z0-9]{30,40}') })
const md5 = string({ min: 24, max: 24, pattern: matchWhole('[A-Za-z0-9+/]{22}==') })
const bucket = string({ min: 1 })
const assetsMax = 100
const encryption = structure({ 'Type!': oneOf('aws:kms', 'AES256'), KmsKeyArn: string() })
const expression = list(structure({ 'TagKey!': string(), 'TagValues!': list(string(), { min: 1 }) }), { min: 1 })

/** Every job type: the member of Details that it needs, and the shape of that. */
export const jobTypes: { readonly [type: string]: { readonly member: string; readonly shape: Shape } } = {
  IMPORT_ASSETS_FROM_S3: defineDetails('ImportAssetsFromS3', {
    'AssetSources!': list(structure({ 'Bucket!': bucket, 'Key!': string({ min: 1 }) }), { min: 1, max: assetsMax }),
  }),
  IMPORT_ASSET_FROM_SIGNED_URL: defineDetails('ImportAssetFromSignedUrl', {
    'AssetName!': string({ min: 1 }),
    'Md5Hash!': md5,
  }),
  EXPORT_ASSETS_TO_S3: defineDetails('ExportAssetsToS3', {
    'AssetDestinations!': list(structure({ 'AssetId!': id, 'Bucket!': bucket, Key: string() }), {
      min: 1,
      max: assetsMax,
    }),
    Encryption: encryption,
  }),
  EXPORT_ASSET_TO_SIGNED_URL: defineDetails('ExportAssetToSignedUrl', { 'AssetId!': id }),
  EXPORT_REVISIONS_TO_S3: {
    member: 'ExportRevisionsToS3',
    shape: structure({
      'DataSetId!': id,
      'RevisionDestinations!': list(
        structure({ 'RevisionId!': id, 'Bucket!': bucket, KeyPattern: string({ min: 1 }) }),
        { min: 1, max: 1 },
      ),
      Encryption: encryption,
    }),
  },
  IMPORT_ASSETS_FROM_REDSHIFT_DATA_SHARES: defineDetails('ImportAssetsFromRedshiftDataShares', {
    'AssetSources!': list(structure({ 'DataShareArn!': string() }), { min: 1, max: 10 }),
  }),
  IMPORT_ASSET_FROM_API_GATEWAY_API: defineDetails('ImportAssetFromApiGatewayApi', {
    'ApiId!': string(),
    'ApiName!': string(),
    'ApiSpecificationMd5Hash!': md5,
    'ProtocolType!': oneOf('REST'),
    'Stage!': string(),
    ApiDescription: string(),
    ApiKey: string(),
  }),
  CREATE_S3_DATA_ACCESS_FROM_S3_BUCKET: defineDetails('CreateS3DataAccessFromS3Bucket', {
    'AssetSource!': structure({
      'Bucket!': bucket,
      KeyPrefixes: list(string()),
      Keys: list(string()),
      KmsKeysToGrant: list(structure({ 'KmsKeyArn!': string({ min: 1, max: 2048 }) }), { min: 1, max: 10 }),
    }),
  }),
  IMPORT_ASSETS_FROM_LAKE_FORMATION_TAG_POLICY: defineDetails('ImportAssetsFromLakeFormationTagPolicy', {
    'CatalogId!': string({ pattern: matchWhole('\\d{12}') }),
    'RoleArn!': string({ pattern: matchWhole('arn:aws:iam::(\\d{12}):role\\/.+') }),
    Database: structure({ 'Expression!': expression, 'Permissions!': list(oneOf('DESCRIBE')) }),
    Table: structure({ 'Expression!': expression, 'Permissions!': list(oneOf('DESCRIBE', 'SELECT')) }),
  }),
}

/** Details of a job on one revision of a data set. */
function defineDetails(member: string, members: { readonly [name: string]: Shape }) {
  return { member, shape: structure({ 'DataSetId!': id, 'RevisionId!': id, ...members }) }
}

/** What CreateJob takes. */
export const createJob = structure({
  'Type!': oneOf(...Object.keys(jobTypes)),
  'Details!': structure(Object.fromEntries(Object.values(jobTypes).map(({ member, shape }) => [member, shape]))),
  AssetConfiguration: structure({
    Tags: list(structure({ 'Key!': string(), 'Value!': string() }), { min: 0, max: 50 }),
  }),
})

/** What ListJobs takes. */
export const listJobs = structure({
  dataSetId: string(),
  revisionId: string(),
  maxResults: integer({ min: 1, max: 200 }),
  nextToken: string(),
})
