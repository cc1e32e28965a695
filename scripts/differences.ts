/** A constraint of AWS's own model of a create request. */
export type Constraint = 'required' | 'type' | 'min' | 'max' | 'pattern' | 'enum'

/** A place where a schema differs from the model, and the reason. `*` in a member stands for each item or free key. */
export type Difference = {
  readonly kind: string
  readonly members: readonly string[]
  readonly constraints: readonly Constraint[]
  readonly reason: string
}

/** Constraints of the models that the schemas do not enforce literally. */
export const UNENFORCED: readonly Difference[] = [
  {
    kind: 'DataExchangeJob',
    members: ['/Details/ImportAssetFromApiGatewayApi/ApiKey'],
    constraints: ['type'],
    reason:
      'A spec never contains a secret: the schema accepts only `{ $env: NAME }`. Jobwright sends its value as text.',
  },
  {
    kind: 'DataExchangeJob',
    members: [
      '/Details/ImportAssetFromApiGatewayApi/ApiSpecificationMd5Hash',
      '/Details/ImportAssetFromSignedUrl/Md5Hash',
    ],
    constraints: ['pattern'],
    reason:
      'The model accepts any Base64 of 24 characters. An MD5 has 16 bytes, so it ends in A, Q, g or w and two equals signs.',
  },
  {
    kind: 'DataExchangeJob',
    members: ['/Details/ImportAssetsFromLakeFormationTagPolicy/CatalogId'],
    constraints: ['pattern'],
    reason:
      'The pattern of the model has slashes and anchors in its middle. No text of 12 characters matches it. It should mean 12 digits.',
  },
  {
    kind: 'DataExchangeJob',
    members: ['/Details/ImportAssetsFromLakeFormationTagPolicy/RoleArn'],
    constraints: ['pattern'],
    reason: 'The same pattern, anchored at both ends.',
  },
  {
    kind: 'ImportExportJob',
    members: ['/Manifest'],
    constraints: ['type'],
    reason: 'The manifest may also be a mapping. Jobwright turns it into text.',
  },
  {
    kind: 'ImportExportJob',
    members: ['/ValidateOnly'],
    constraints: ['required'],
    reason:
      'Jobwright sets it: true for the dry run, then false. It ignores the member in a spec, so that you can paste a request.',
  },
  {
    kind: 'IotJob',
    members: ['/document'],
    constraints: ['type'],
    reason: 'The document may also be a mapping. Jobwright turns it into JSON text.',
  },
  {
    kind: 'DataExchangeJob',
    members: [
      '/Details/ImportAssetFromApiGatewayApi/ApiSpecificationMd5Hash',
      '/Details/ImportAssetFromSignedUrl/Md5Hash',
    ],
    constraints: ['required'],
    reason: 'Left out, Jobwright computes it from the file of `policy.upload`.',
  },
  {
    kind: 'IotJob',
    members: ['/jobId'],
    constraints: ['required'],
    reason: 'Left out, it follows from the name and the run of the spec.',
  },
  {
    kind: 'IotJob',
    members: ['/tags/*/Key'],
    constraints: ['pattern'],
    reason: 'The same pattern without the group around it.',
  },
  {
    kind: 'MediaPackageHarvestJob',
    members: ['/Id'],
    constraints: ['required'],
    reason: 'Left out, it follows from the name and the run of the spec.',
  },
]

const EMPTY = 'An empty text names nothing.'
const BUCKET = 'The names that S3 has ever allowed.'
const KEY = 'Keys of S3 have 1 to 1,024 bytes.'
const ROLE = 'The form of an IAM role, as IAM documents it.'

/** Constraints that the schemas add: the documentation states them, or AWS could not use the value. */
export const ADDED: readonly Difference[] = [
  {
    kind: 'DataExchangeJob',
    members: [
      '/AssetConfiguration/Tags/*/Key',
      '/Details/ImportAssetFromApiGatewayApi/ApiId',
      '/Details/ImportAssetFromApiGatewayApi/ApiName',
      '/Details/ImportAssetFromApiGatewayApi/Stage',
      '/Details/ImportAssetFromSignedUrl/AssetName',
      '/Details/ImportAssetsFromLakeFormationTagPolicy/Database/Expression/*/TagKey',
      '/Details/ImportAssetsFromLakeFormationTagPolicy/Database/Expression/*/TagValues/*',
      '/Details/ImportAssetsFromLakeFormationTagPolicy/Table/Expression/*/TagKey',
      '/Details/ImportAssetsFromLakeFormationTagPolicy/Table/Expression/*/TagValues/*',
    ],
    constraints: ['min'],
    reason: EMPTY,
  },
  {
    kind: 'DataExchangeJob',
    members: [
      '/Details/ImportAssetsFromLakeFormationTagPolicy/Database/Expression',
      '/Details/ImportAssetsFromLakeFormationTagPolicy/Database/Expression/*/TagValues',
      '/Details/ImportAssetsFromLakeFormationTagPolicy/Database/Permissions',
      '/Details/ImportAssetsFromLakeFormationTagPolicy/Table/Expression',
      '/Details/ImportAssetsFromLakeFormationTagPolicy/Table/Expression/*/TagValues',
      '/Details/ImportAssetsFromLakeFormationTagPolicy/Table/Permissions',
    ],
    constraints: ['min'],
    reason: 'An empty list shares nothing.',
  },
  {
    kind: 'DataExchangeJob',
    members: [
      '/Details/CreateS3DataAccessFromS3Bucket/AssetSource/Bucket',
      '/Details/ExportAssetsToS3/AssetDestinations/*/Bucket',
      '/Details/ExportRevisionsToS3/RevisionDestinations/*/Bucket',
      '/Details/ImportAssetsFromS3/AssetSources/*/Bucket',
    ],
    constraints: ['min', 'max', 'pattern'],
    reason: BUCKET,
  },
  {
    kind: 'DataExchangeJob',
    members: [
      '/Details/CreateS3DataAccessFromS3Bucket/AssetSource/KeyPrefixes/*',
      '/Details/CreateS3DataAccessFromS3Bucket/AssetSource/Keys/*',
      '/Details/ExportAssetsToS3/AssetDestinations/*/Key',
      '/Details/ImportAssetsFromS3/AssetSources/*/Key',
    ],
    constraints: ['min', 'max'],
    reason: KEY,
  },
  {
    kind: 'DataExchangeJob',
    members: ['/Details/CreateS3DataAccessFromS3Bucket/AssetSource/KmsKeysToGrant/*/KmsKeyArn'],
    constraints: ['pattern'],
    reason: 'The form of a KMS key or alias, as KMS documents it.',
  },
  {
    kind: 'DataExchangeJob',
    members: ['/Details/ExportAssetsToS3/Encryption/KmsKeyArn', '/Details/ExportRevisionsToS3/Encryption/KmsKeyArn'],
    constraints: ['min', 'max', 'pattern'],
    reason: 'The form of a KMS key or alias, as KMS documents it, in the length that the model gives elsewhere.',
  },
  {
    kind: 'DataExchangeJob',
    members: ['/Details/ExportAssetsToS3/AssetDestinations', '/Details/ImportAssetsFromS3/AssetSources'],
    constraints: ['min', 'max'],
    reason: '1 to 100 assets a job (Data Exchange user guide, quotas).',
  },
  {
    kind: 'DataExchangeJob',
    members: ['/Details/ExportRevisionsToS3/RevisionDestinations'],
    constraints: ['min', 'max'],
    reason: 'One revision a job (Data Exchange user guide, quotas).',
  },
  {
    kind: 'DataExchangeJob',
    members: ['/Details/ExportRevisionsToS3/RevisionDestinations/*/KeyPattern'],
    constraints: ['min', 'pattern'],
    reason: 'A key pattern has to name the asset (Data Exchange user guide, key patterns).',
  },
  {
    kind: 'DataExchangeJob',
    members: ['/Details/ImportAssetsFromRedshiftDataShares/AssetSources'],
    constraints: ['min', 'max'],
    reason: '1 to 10 data shares a job (Data Exchange user guide, quotas).',
  },
  {
    kind: 'DataExchangeJob',
    members: ['/Details/ImportAssetsFromRedshiftDataShares/AssetSources/*/DataShareArn'],
    constraints: ['min', 'pattern'],
    reason: 'An ARN, in the form that other models give.',
  },
  { kind: 'ImportExportJob', members: ['/Manifest'], constraints: ['min'], reason: EMPTY },
  {
    kind: 'IotJob',
    members: ['/abortConfig/criteriaList/*/thresholdPercentage'],
    constraints: ['min'],
    reason: 'Less than 0 % of the devices cannot fail.',
  },
  {
    kind: 'IotJob',
    members: ['/destinationPackageVersions'],
    constraints: ['max'],
    reason: '25 package versions (API reference, CreateJob).',
  },
  { kind: 'IotJob', members: ['/document', '/namespaceId'], constraints: ['min'], reason: EMPTY },
  {
    kind: 'IotJob',
    members: ['/documentSource'],
    constraints: ['pattern'],
    reason: 'The URL of an S3 object (API reference, CreateJob).',
  },
  {
    kind: 'IotJob',
    members: ['/jobExecutionsRolloutConfig/maximumPerMinute'],
    constraints: ['max'],
    reason: '1,000 devices a minute (IoT developer guide, job limits).',
  },
  { kind: 'IotJob', members: ['/presignedUrlConfig/roleArn'], constraints: ['pattern'], reason: ROLE },
  {
    kind: 'IotJob',
    members: ['/schedulingConfig/endTime', '/schedulingConfig/startTime'],
    constraints: ['pattern'],
    reason: 'A date and a time of the day (API reference, SchedulingConfig).',
  },
  {
    kind: 'IotJob',
    members: ['/tags'],
    constraints: ['max'],
    reason: '50 tags a resource (AWS General Reference, tagging).',
  },
  {
    kind: 'IotJob',
    members: ['/targets'],
    constraints: ['max'],
    reason: '100 targets a job (IoT developer guide, job limits).',
  },
  {
    kind: 'IotJob',
    members: ['/targets/*'],
    constraints: ['pattern'],
    reason: 'The ARN of a thing or a thing group (API reference, CreateJob).',
  },
  {
    kind: 'IotJob',
    members: ['/timeoutConfig/inProgressTimeoutInMinutes'],
    constraints: ['min', 'max'],
    reason: '1 minute to 7 days (API reference, TimeoutConfig).',
  },
  {
    kind: 'MediaPackageHarvestJob',
    members: ['/EndTime', '/OriginEndpointId', '/StartTime'],
    constraints: ['min'],
    reason: EMPTY,
  },
  {
    kind: 'MediaPackageHarvestJob',
    members: ['/Id'],
    constraints: ['min', 'pattern'],
    reason: 'Letters, digits, hyphens and underscores (MediaPackage user guide, creating a harvest job).',
  },
  {
    kind: 'MediaPackageHarvestJob',
    members: ['/S3Destination/BucketName'],
    constraints: ['min', 'max', 'pattern'],
    reason: BUCKET,
  },
  { kind: 'MediaPackageHarvestJob', members: ['/S3Destination/ManifestKey'], constraints: ['min', 'max'], reason: KEY },
  {
    kind: 'MediaPackageHarvestJob',
    members: ['/S3Destination/RoleArn'],
    constraints: ['min', 'max', 'pattern'],
    reason: ROLE,
  },
  {
    kind: 'PinpointExportJob',
    members: ['/ApplicationId', '/ExportJobRequest/SegmentId'],
    constraints: ['min', 'pattern'],
    reason: 'An ID from Pinpoint. It is part of the URL of the request.',
  },
  {
    kind: 'PinpointExportJob',
    members: ['/ExportJobRequest/RoleArn'],
    constraints: ['min', 'max', 'pattern'],
    reason: ROLE,
  },
  {
    kind: 'PinpointExportJob',
    members: ['/ExportJobRequest/S3UrlPrefix'],
    constraints: ['min', 'max', 'pattern'],
    reason: '`s3://BUCKET/FOLDER/` (API reference, ExportJobRequest).',
  },
  {
    kind: 'PinpointExportJob',
    members: ['/ExportJobRequest/SegmentVersion'],
    constraints: ['min'],
    reason: 'Versions count from 1.',
  },
]

/** Documented rules that only AWS checks. */
export const UNCHECKED: readonly (readonly [kind: string, what: string, reason: string])[] = [
  ['All', 'that roles, buckets, things, data sets, endpoints and projects exist', 'Only AWS knows.'],
  ['IotJob', 'the form of a maintenance window’s cron expression', 'The API reference gives only its length.'],
  ['IotJob', 'at most 10 substitutions in a document', 'Only an older guide states it.'],
  ['IotJob', 'the content behind documentSource', 'AWS reads it at the create.'],
  [
    'MediaPackageHarvestJob',
    'the startover window of the endpoint, if it is shorter than 14 days',
    'It is a setting of the endpoint.',
  ],
  ['DataExchangeJob', 'names of assets that collide under a key pattern', 'They are part of the revision.'],
  ['DataExchangeJob', 'that a tag policy has Database or Table', 'The reference calls both optional.'],
  ['ImportExportJob', 'options of a manifest that the schema does not name', 'Editions of the guide differ in them.'],
  ['ImportExportJob', 'that all buckets are in one region', 'Their regions are not in the manifest.'],
]

/** The tables as a page of Markdown. */
export function differencesPage(): string {
  return `# Where the schemas differ from AWS's models

Jobwright's schemas enforce every member and constraint of the create requests of the five services. Constraints are required members,
types, lengths, ranges, counts, patterns and enums. This page lists the exceptions. It is generated from \`scripts/differences.ts\`. A test
compares it with AWS's models: it fails on an unlisted difference, and on an outdated line.

## Constraints that differ from the model

${table(UNENFORCED)}

## Constraints beyond the model

${table(ADDED)}

## Rules that only AWS checks

| kind | what | why |
|---|---|---|
${UNCHECKED.map((row) => `| ${row.join(' | ')} |`).join('\n')}
`
}

function table(rows: readonly Difference[]): string {
  const lines = rows.map(
    ({ kind, members, constraints, reason }) =>
      `| ${kind} | ${members.map((member) => `\`${member}\``).join('<br>')} | ${constraints.join(', ')} | ${reason} |`,
  )
  return ['| kind | member | constraint | why |', '|---|---|---|---|', ...lines].join('\n')
}
