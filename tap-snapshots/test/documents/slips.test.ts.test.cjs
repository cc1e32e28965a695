/* IMPORTANT
 * This snapshot file is auto-generated, but designed for humans.
 * It should be checked into source control and tracked carefully.
 * Re-generate by setting TAP_SNAPSHOT=1 and running tests.
 * Make sure to inspect the output below.  Do not ignore changes!
 */
'use strict'
exports[`test/documents/slips.test.ts > TAP > fifty slips are each told at their line, with what to write instead > slips 1`] = `
# A member a column too far left
DataExchangeJob/bad-indent.yaml:11:6: error SPEC_SYNTAX: the indentation does not fit the lines above
  11 |      RevisionId: 7c4a9d0e2f6b41d3a85e9b7c1f0d3628
     |      ^
  hint: it is indented by 5 spaces, the line above by 6: members of one mapping begin in the same column
1 error in 1 file

# camelCase deep inside the request
DataExchangeJob/camel-case-inside.yaml:10:7: error SPEC_UNKNOWN_MEMBER: dataSetId is no member of Details.ImportAssetsFromS3
  10 |       dataSetId: 3b9e1c7f5a2d4e8896c0b1a7d3f25e60
     |       ^^^^^^^^^
  hint: did you mean DataSetId? members of this API begin with a capital letter
DataExchangeJob/camel-case-inside.yaml:13:11: error SPEC_UNKNOWN_MEMBER: bucket is no member of AssetSources[0]
  13 |         - bucket: price-data
     |           ^^^^^^
  hint: did you mean Bucket? members of this API begin with a capital letter
DataExchangeJob/camel-case-inside.yaml:14:11: error SPEC_UNKNOWN_MEMBER: key is no member of AssetSources[0]
  14 |           key: 2026/11/energy.csv
     |           ^^^
  hint: did you mean Key? members of this API begin with a capital letter
3 errors in 1 file

# Every asset under one key
DataExchangeJob/key-pattern.yaml:14:23: error SPEC_PATTERN: RevisionDestinations[0].KeyPattern cannot be "freight/all.csv"
  14 |           KeyPattern: freight/all.csv
     |                       ^^^^^^^^^^^^^^^
  hint: Pattern for the keys of the written objects; such as prices/\${Revision.CreatedAt.Year}/\${Asset.Name}
1 error in 1 file

# aws:kms without a key
DataExchangeJob/kms-without-key.yaml:15:7: error SPEC_MISSING_MEMBER: ExportRevisionsToS3.Encryption lacks KmsKeyArn
  15 |       Encryption: { Type: "aws:kms" }
     |       ^^^^^^^^^^
  hint: add KmsKeyArn
1 error in 1 file

# A merge key of YAML 1.1
DataExchangeJob/merge-key.yaml:7:3: error SPEC_MERGE_KEY: merge keys (<<) are not read
  7 |   <<: *defaults
    |   ^^
  hint: write the members out; an alias of a whole value is fine
1 error in 1 file

# One source, not in a list
DataExchangeJob/source-not-a-list.yaml:13:9: error SPEC_TYPE: ImportAssetsFromS3.AssetSources must be a list, not a mapping
  13 |         Bucket: price-data
     |         ^^^^^^
  hint: make it a list: put "- " before the first member of each item
1 error in 1 file

# Details for two types
DataExchangeJob/two-details.yaml:9:5: error SPEC_ITEMS: Details has 2 members
  9 |     ImportAssetsFromS3:
    |     ^^^^^^^^^^^^^^^^^^
  hint: allowed: at most 1 member; keep ImportAssetsFromS3, remove ExportRevisionsToS3
1 error in 1 file

# The type spelt like its member of Details
DataExchangeJob/type-as-its-member.yaml:7:9: error SPEC_ENUM: Type cannot be "ImportAssetsFromS3"
  7 |   Type: ImportAssetsFromS3
    |         ^^^^^^^^^^^^^^^^^^
  hint: did you mean IMPORT_ASSETS_FROM_S3? see the 8 other words that are allowed: jobwright schema
1 error in 1 file

# A quote that is never closed
DataExchangeJob/unclosed-quote.yaml:14:16: error SPEC_SYNTAX: the quote that opens here is not closed
  14 |           Key: "2026/11/energy.csv
     |                ^
  hint: write the closing quote
1 error in 1 file

# Details of another type
DataExchangeJob/wrong-details.yaml:8:3: error SPEC_MISSING_MEMBER: Details lacks ExportAssetsToS3
  8 |   Details:
    |   ^^^^^^^
  hint: type EXPORT_ASSETS_TO_S3 takes this member and no other
1 error in 1 file

# true where the manifest wants the word yes
ImportExportJob/erase-as-boolean.yaml:11:18: error SPEC_TYPE: Manifest.eraseDevice must be text, not true
  11 |     eraseDevice: true
     |                  ^^^^
  hint: write "yes", in quotes
1 error in 1 file

# The job type in lower case
ImportExportJob/job-type-in-lower-case.yaml:7:12: error SPEC_ENUM: JobType cannot be "import"
  7 |   JobType: import
    |            ^^^^^^
  hint: did you mean Import? allowed are Import and Export
1 error in 1 file

# A manifest file that is not there
ImportExportJob/missing-file.yaml:8:22: error SPEC_FILE: manifests/disk-7.yaml: there is no such file
  8 |   Manifest: { $file: manifests/disk-7.yaml }
    |                      ^^^^^^^^^^^^^^^^^^^^^
  hint: it was looked for at ImportExportJob/manifests/disk-7.yaml: the path is relative to the spec file
1 error in 1 file

# An address without town and telephone
ImportExportJob/missing-members.yaml:13:5: error SPEC_MISSING_MEMBER: Manifest.returnAddress lacks city
  13 |     returnAddress:
     |     ^^^^^^^^^^^^^
  hint: add city (Town of the address)
ImportExportJob/missing-members.yaml:13:5: error SPEC_MISSING_MEMBER: Manifest.returnAddress lacks phoneNumber
  13 |     returnAddress:
     |     ^^^^^^^^^^^^^
  hint: add phoneNumber (Telephone number for the carrier, quoted)
2 errors in 1 file

# Telephone and version not quoted
ImportExportJob/number-for-text.yaml:9:22: error SPEC_TYPE: Manifest.manifestVersion must be text, not the number 2.0
  9 |     manifestVersion: 2.0
    |                      ^^^
  hint: quote it: "2.0"
ImportExportJob/number-for-text.yaml:19:20: error SPEC_TYPE: returnAddress.phoneNumber must be text, not the number 6175550142
  19 |       phoneNumber: 6175550142
     |                    ^^^^^^^^^^
  hint: quote it: "6175550142"
2 errors in 1 file

# The password of the disk written down
ImportExportJob/password.yaml:21:5: error SPEC_SECRET: trueCryptPassword is a secret and must not stand in a spec
  21 |     trueCryptPassword…
     |     ^^^^^^^^^^^^^^^^^
  hint: write trueCryptPassword: { $env: NAME }, with a name of capital letters, digits and _; replace a value that was committed
1 error in 1 file

# A postal code not quoted, which begins with a zero
ImportExportJob/postal-code.yaml:18:19: error SPEC_NUMBER: 02134 would be read as the number 2134
  18 |       postalCode: 02134
     |                   ^^^^^
  hint: quote it: "02134"
1 error in 1 file

# A member written twice
ImportExportJob/second-key.yaml:21:5: error SPEC_DUPLICATE_KEY: the key bucket stands twice in this mapping
  21 |     bucket: football-archive-2
     |     ^^^^^^
  hint: remove one of them
  ImportExportJob/second-key.yaml:12:5: it stands here first
1 error in 1 file

# A tag of another tool
ImportExportJob/tag-of-yaml.yaml:10:15: error SPEC_TAG: the value has a YAML tag
  10 |     deviceId: !Ref DeviceId
     |               ^^^^
  hint: remove the tag; put text in quotes
1 error in 1 file

# A manifest as text, pasted without its line breaks
ImportExportJob/text-glued.yaml:8:3: error SPEC_MANIFEST: line 1 of the text of Manifest: a second colon on one line would nest a mapping
  8 |   Manifest: "manifestVersion: 2.0 deviceId: ARCHIVE-0007 eraseDevice: yes"
    |   ^^^^^^^^
  hint: put text that holds ": " in quotes, or each member on a line of its own
1 error in 1 file

# The account of a tag, not quoted
IotJob/account-as-a-number.yaml:12:30: error SPEC_TYPE: tags[0].Value must be text, not the number 123456789012
  12 |     - { Key: account, Value: 123456789012 }
     |                              ^^^^^^^^^^^^
  hint: quote it: "123456789012"; an account ID is text, and one that begins with 0 would lose it
1 error in 1 file

# Members in PascalCase, as other AWS APIs have them
IotJob/capitals.yaml:7:3: error SPEC_UNKNOWN_MEMBER: Description is no member of spec
  7 |   Description: Kiosk firmware 4.2 with contactless refunds
    |   ^^^^^^^^^^^
  hint: did you mean description? members of this API begin in lower case
IotJob/capitals.yaml:8:3: error SPEC_UNKNOWN_MEMBER: Targets is no member of spec
  8 |   Targets:
    |   ^^^^^^^
  hint: did you mean targets? members of this API begin in lower case
IotJob/capitals.yaml:10:3: error SPEC_UNKNOWN_MEMBER: Document is no member of spec
  10 |   Document: { operation: install-firmware, version: "4.2.0" }
     |   ^^^^^^^^
  hint: did you mean document? members of this API begin in lower case
3 errors in 1 file

# A letter left out of CONTINUOUS
IotJob/enum-misspelt.yaml:11:20: error SPEC_ENUM: targetSelection cannot be "CONTINUOS"
  11 |   targetSelection: CONTINUOS
     |                    ^^^^^^^^^
  hint: did you mean CONTINUOUS? allowed are CONTINUOUS and SNAPSHOT
1 error in 1 file

# The request written beside metadata, without spec
IotJob/members-at-the-top.yaml:6:1: error SPEC_UNKNOWN_MEMBER: description, targets and document stand at the top of the document, not in spec
  6 | description: Kiosk firmware 4.2 with contactless refunds
    | ^^^^^^^^^^^
  hint: write "spec:" on a line above them, and indent them by two spaces
1 error in 1 file

# No space after the colons of a mapping
IotJob/no-space-after-colon.yaml:11:5: error SPEC_DOCUMENT_NOT_JSON: document is text, but not JSON: line 1, column 1: unexpected token operation
  11 |     operation:install-firmware
     |     ^^^^^^^^^^^^^^^^^^^^^^^^^^
  hint: write a space after the colon of every member, as in "key: value", so that it is a mapping
1 error in 1 file

# A percentage with its sign
IotJob/percent-sign.yaml:15:30: error SPEC_TYPE: criteriaList[0].thresholdPercentage must be a number, not the text "10%"
  15 |         thresholdPercentage: 10%
     |                              ^^^
  hint: write 10, without the sign
1 error in 1 file

# Indented by tabs
IotJob/tabs.yaml:8:1: error SPEC_SYNTAX: the line is indented by a tab
  8 |     targets:
    | ^^^^
  hint: write spaces in its place: YAML indents by spaces alone
IotJob/tabs.yaml:9:1: error SPEC_SYNTAX: the line is indented by a tab
  9 |         - arn:aws:iot:eu-west-1:123456789012:thinggroup/kiosks
    | ^^^^^^^^
  hint: write spaces in its place: YAML indents by spaces alone
2 errors in 1 file

# Tags as name: value
IotJob/tags-as-a-mapping.yaml:12:5: error SPEC_TYPE: tags must be a list, not a mapping
  12 |     team: devices
     |     ^^^^
  hint: make it a list, with one line for each: - { Key: team, Value: devices }
1 error in 1 file

# One target, not in a list
IotJob/target-not-a-list.yaml:8:12: error SPEC_TYPE: targets must be a list, not the text "arn:aws:iot:eu-west-1:123456789012:thinggroup/kiosks"
  8 |   targets: arn:aws:iot:eu-west-1:123456789012:thinggroup/kiosks
    |            ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
  hint: make it a list: [ "arn:aws:iot:eu-west-1:123456789012:thinggroup/kiosks" ]
1 error in 1 file

# The name of a group in place of its ARN
IotJob/thing-name-for-arn.yaml:9:7: error SPEC_PATTERN: targets[0] cannot be "kiosks"
  9 |     - kiosks
    |       ^^^^^^
  hint: write the whole ARN, such as arn:aws:iot:eu-west-1:123456789012:thinggroup/kiosks
1 error in 1 file

# The version of another tool
MediaPackageHarvestJob/api-version.yaml:2:13: error SPEC_CONST: apiVersion cannot be "v1"
  2 | apiVersion: v1
    |             ^^
  hint: write jobwright/v1
1 error in 1 file

# The destination as an s3:// address
MediaPackageHarvestJob/bucket-as-a-url.yaml:11:17: error SPEC_PATTERN: S3Destination.BucketName cannot be "s3://football-archive/cup"
  11 |     BucketName: s3://football-archive/cup
     |                 ^^^^^^^^^^^^^^^^^^^^^^^^^
  hint: did you mean football-archive?
1 error in 1 file

# The skeleton of another SDK: members in camelCase
MediaPackageHarvestJob/camel-case.yaml:7:3: error SPEC_UNKNOWN_MEMBER: originEndpointId is no member of spec
  7 |   originEndpointId: stadium-live-hls
    |   ^^^^^^^^^^^^^^^^
  hint: did you mean OriginEndpointId? members of this API begin with a capital letter
MediaPackageHarvestJob/camel-case.yaml:8:3: error SPEC_UNKNOWN_MEMBER: startTime is no member of spec
  8 |   startTime: 2026-11-14T19:45:00Z
    |   ^^^^^^^^^
  hint: did you mean StartTime? members of this API begin with a capital letter
MediaPackageHarvestJob/camel-case.yaml:9:3: error SPEC_UNKNOWN_MEMBER: endTime is no member of spec
  9 |   endTime: 2026-11-14T22:00:00Z
    |   ^^^^^^^
  hint: did you mean EndTime? members of this API begin with a capital letter
MediaPackageHarvestJob/camel-case.yaml:10:3: error SPEC_UNKNOWN_MEMBER: s3Destination is no member of spec
  10 |   s3Destination:
     |   ^^^^^^^^^^^^^
  hint: did you mean S3Destination? members of this API begin with a capital letter
4 errors in 1 file

# A space between date and time
MediaPackageHarvestJob/date-with-a-space.yaml:8:14: error SPEC_PATTERN: StartTime cannot be "2026-11-14 19:45:00Z"
  8 |   StartTime: 2026-11-14 19:45:00Z
    |              ^^^^^^^^^^^^^^^^^^^^
  hint: write 2026-11-14T19:45:00Z, with a T between date and time
1 error in 1 file

# Times without a zone
MediaPackageHarvestJob/date-without-zone.yaml:8:14: error SPEC_FORMAT: StartTime cannot be "2026-11-14T19:45:00"
  8 |   StartTime: 2026-11-14T19:45:00
    |              ^^^^^^^^^^^^^^^^^^^
  hint: the zone is missing: write 2026-11-14T19:45:00Z for UTC, or an offset such as 2026-11-14T19:45:00+01:00
MediaPackageHarvestJob/date-without-zone.yaml:9:12: error SPEC_FORMAT: EndTime cannot be "2026-11-14T22:00:00"
  9 |   EndTime: 2026-11-14T22:00:00
    |            ^^^^^^^^^^^^^^^^^^^
  hint: the zone is missing: write 2026-11-14T22:00:00Z for UTC, or an offset such as 2026-11-14T22:00:00+01:00
2 errors in 1 file

# Milliseconds since 1970, as JavaScript counts
MediaPackageHarvestJob/milliseconds.yaml:8:14: error SPEC_TYPE: StartTime must be text, not the number 1794685500000
  8 |   StartTime: 1794685500000
    |              ^^^^^^^^^^^^^
  hint: these are milliseconds; write the date: 2026-11-14T19:45:00Z
MediaPackageHarvestJob/milliseconds.yaml:9:12: error SPEC_TYPE: EndTime must be text, not the number 1794693600000
  9 |   EndTime: 1794693600000
    |            ^^^^^^^^^^^^^
  hint: these are milliseconds; write the date: 2026-11-14T22:00:00Z
2 errors in 1 file

# An account with a digit missing
MediaPackageHarvestJob/role-of-eleven-digits.yaml:13:14: error SPEC_PATTERN: S3Destination.RoleArn cannot be "arn:aws:iam::12345678901:role/harvest-to-archive"
  13 |     RoleArn: arn:aws:iam::12345678901:role/harvest-to-archive
     |              ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
  hint: an account ID has 12 digits, and 12345678901 has 11; a zero in front may be lost
1 error in 1 file

# A copied document that kept its name
MediaPackageHarvestJob/same-name-twice.yaml:5:9: error SPEC_DUPLICATE: MediaPackageHarvestJob/cup-final is declared twice
  5 |   name: cup-final
    |         ^^^^^^^^^
  hint: give one of them another name, or remove one; to run a job again, raise policy.run in its spec
  MediaPackageHarvestJob/same-name-twice.yaml:18:9: MediaPackageHarvestJob/cup-final is here
MediaPackageHarvestJob/same-name-twice.yaml:18:9: error SPEC_DUPLICATE: MediaPackageHarvestJob/cup-final is declared twice
  18 |   name: cup-final
     |         ^^^^^^^^^
  hint: give one of them another name, or remove one; to run a job again, raise policy.run in its spec
  MediaPackageHarvestJob/same-name-twice.yaml:5:9: MediaPackageHarvestJob/cup-final is here
2 errors in 1 file

# Start and end the wrong way round
MediaPackageHarvestJob/window-backwards.yaml:9:12: error SPEC_WINDOW_ORDER: EndTime 2026-11-14T19:45:00Z is not after StartTime 2026-11-14T22:00:00Z
  9 |   EndTime: 2026-11-14T19:45:00Z
    |            ^^^^^^^^^^^^^^^^^^^^
  hint: EndTime has to be later than StartTime
1 error in 1 file

# The kind without its last word
MediaPackageHarvestJob/wrong-kind.yaml:3:7: error SPEC_UNKNOWN_KIND: there is no kind MediaPackageHarvest
  3 | kind: MediaPackageHarvest
    |       ^^^^^^^^^^^^^^^^^^^
  hint: did you mean MediaPackageHarvestJob? kinds are DataExchangeJob, ImportExportJob, IotJob, MediaPackageHarvestJob, PinpointExportJob
1 error in 1 file

# Kind with a capital, as in a request
PinpointExportJob/capital-kind.yaml:3:1: error SPEC_UNKNOWN_MEMBER: Kind is no member of the document
  3 | Kind: PinpointExportJob
    | ^^^^
  hint: did you mean kind?
1 error in 1 file

# yes where true is due
PinpointExportJob/hold-yes.yaml:7:9: error SPEC_TYPE: policy.hold must be true or false, not the text "yes"
  7 |   hold: yes
    |         ^^^
  hint: write true; "yes" is text in YAML 1.2
1 error in 1 file

# The console's address of the bucket
PinpointExportJob/https-prefix.yaml:10:18: error SPEC_PATTERN: ExportJobRequest.S3UrlPrefix cannot be "https://newsletter-exports.s3.amazonaws.com/newsletter-read…"
  10 |     S3UrlPrefix: https://newsletter-exports.s3.amazonaws.com/newsletter-readers/
     |                  ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
  hint: did you mean s3://newsletter-exports/newsletter-readers/?
1 error in 1 file

# An ID of digits and an e, which YAML takes for a number
PinpointExportJob/id-like-a-number.yaml:7:18: error SPEC_NUMBER: 70823194405512e68801930472265138 is no number that JSON has
  7 |   ApplicationId: 70823194405512e68801930472265138
    |                  ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
  hint: quote it: "70823194405512e68801930472265138"
1 error in 1 file

# A year as a label
PinpointExportJob/label-as-a-number.yaml:6:41: error SPEC_TYPE: labels.year must be text, not the number 2026
  6 |   labels: { audience: newsletter, year: 2026 }
    |                                         ^^^^
  hint: quote it: "2026"
1 error in 1 file

# A name as a person would say it
PinpointExportJob/name-with-spaces.yaml:5:9: error SPEC_PATTERN: metadata.name cannot be "Newsletter readers"
  5 |   name: Newsletter readers
    |         ^^^^^^^^^^^^^^^^^^
  hint: did you mean Newsletter-readers?
1 error in 1 file

# The request without its ExportJobRequest
PinpointExportJob/request-not-nested.yaml:6:1: error SPEC_MISSING_MEMBER: spec lacks ExportJobRequest
  6 | spec:
    | ^^^^
  hint: add ExportJobRequest (Export and its destination)
PinpointExportJob/request-not-nested.yaml:8:3: error SPEC_UNKNOWN_MEMBER: RoleArn is no member of spec
  8 |   RoleArn: arn:aws:iam::123456789012:role/pinpoint-export
    |   ^^^^^^^
  hint: it belongs in ExportJobRequest: indent it below that member
PinpointExportJob/request-not-nested.yaml:9:3: error SPEC_UNKNOWN_MEMBER: S3UrlPrefix is no member of spec
  9 |   S3UrlPrefix: s3://newsletter-exports/newsletter-readers/
    |   ^^^^^^^^^^^
  hint: it belongs in ExportJobRequest: indent it below that member
PinpointExportJob/request-not-nested.yaml:10:3: error SPEC_UNKNOWN_MEMBER: SegmentId is no member of spec
  10 |   SegmentId: 3d1f0c9ab4e64c0f8a7d5b2e6f901c34
     |   ^^^^^^^^^
  hint: it belongs in ExportJobRequest: indent it below that member
PinpointExportJob/request-not-nested.yaml:11:3: error SPEC_UNKNOWN_MEMBER: SegmentVersion is no member of spec
  11 |   SegmentVersion: 7
     |   ^^^^^^^^^^^^^^
  hint: it belongs in ExportJobRequest: indent it below that member
5 errors in 1 file

# Two exports into one folder
PinpointExportJob/same-folder.yaml:6:1: error SPEC_IDENTICAL: the request is the same as that of PinpointExportJob/newsletter-readers-again
  6 | spec:
    | ^^^^
  hint: AWS would name both jobs, and after a lost response they could not be told apart. Let them differ, or set policy.allowIdentical: true in both
  PinpointExportJob/same-folder.yaml:18:1: PinpointExportJob/newsletter-readers-again is here
PinpointExportJob/same-folder.yaml:18:1: error SPEC_IDENTICAL: the request is the same as that of PinpointExportJob/newsletter-readers
  18 | spec:
     | ^^^^
  hint: AWS would name both jobs, and after a lost response they could not be told apart. Let them differ, or set policy.allowIdentical: true in both
  PinpointExportJob/same-folder.yaml:6:1: PinpointExportJob/newsletter-readers is here
2 errors in 1 file

# A number in quotes
PinpointExportJob/version-in-quotes.yaml:12:21: error SPEC_TYPE: ExportJobRequest.SegmentVersion must be a whole number, not the text "7"
  12 |     SegmentVersion: "7"
     |                     ^^^
  hint: write it without quotes: 7
1 error in 1 file

# A version of no segment
PinpointExportJob/version-without-segment.yaml:8:3: error SPEC_MISSING_MEMBER: ExportJobRequest has SegmentVersion, but lacks SegmentId
  8 |   ExportJobRequest:
    |   ^^^^^^^^^^^^^^^^
  hint: add SegmentId, or remove SegmentVersion
1 error in 1 file

`
