/* IMPORTANT
 * This snapshot file is auto-generated, but designed for humans.
 * It should be checked into source control and tracked carefully.
 * Re-generate by setting TAP_SNAPSHOT=1 and running tests.
 * Make sure to inspect the output below.  Do not ignore changes!
 */
'use strict'
exports[`test/report/report.test.ts > TAP > a long address does not widen the columns of a plan > must match snapshot 1`] = `
jobwright plan · eu-west-1/123456789012

  + create  IotJob/kiosk-screens                                          new spec
  > start   DataExchangeJob/prices-november                               created, never started
  + create  MediaPackageHarvestJob/cup-final-of-all-the-regional-leagues-in-extra-time-x  new spec

Plan: 2 to create, 1 to start.
`

exports[`test/report/report.test.ts > TAP > a narrow terminal shows the reason and the time of an action below its address > must match snapshot 1`] = `
jobwright plan · commit 1c2d3e4 · state #41 ·
eu-west-1/123456789012

  + create    IotJob/kiosk-screens
      new spec
  > start     DataExchangeJob/prices-november
      created, never started
  … waiting   MediaPackageHarvestJob/cup-final
      the match is not over: its window ends later; in 3 h
      (22:00 UTC)
  ! conflict  MediaPackageHarvestJob/semi-final
      AWS cannot change a harvest job that was submitted,
      and this spec was edited after its job was submitted
      S3Destination.ManifestKey: - cup/final.m3u8
                                 + cup/final-extra-time.m3u8
      StartTime: + 2026-11-07T19:45:00Z
      hint: restore the old value, or set policy.run: 2 to run it again
            or give the spec another name
  … settling  ImportExportJob/archive-disk
      the response to its create was lost: socket hang up;
      in 14 h 30 min (2026-11-15 09:30 UTC)
  · 3 kept (2 finished, 1 of them failed, 1 unfinished)

Plan: 1 to create, 1 to start, 1 in conflict, 1 settling,
1 waiting, 3 to keep.
Creates: 3 of 50 allowed per reconcile.
`

exports[`test/report/report.test.ts > TAP > a plan is a table of unsettled addresses, and totals > coloured 1`] = `
[1mjobwright plan · commit 1c2d3e4 · state #41 · eu-west-1/123456789012[22m

  [32m+ create[39m    IotJob/kiosk-screens               new spec
  [32m> start[39m     DataExchangeJob/prices-november    created, never started
  [36m… waiting[39m   MediaPackageHarvestJob/cup-final   the match is not over: its       in 3 h (22:00 UTC)
                                                 window ends later
  [31m! conflict[39m  MediaPackageHarvestJob/semi-final  AWS cannot change a harvest job
                                                 that was submitted, and this
                                                 spec was edited after its job
                                                 was submitted
      S3Destination.ManifestKey: [31m- cup/final.m3u8[39m [32m+ cup/final-extra-time.m3u8[39m
      StartTime: [32m+ 2026-11-07T19:45:00Z[39m
      [2mhint:[22m restore the old value, or set policy.run: 2 to run it again
            or give the spec another name
  [36m… settling[39m  ImportExportJob/archive-disk       the response to its create was   in 14 h 30 min (2026-11-15 09:30 UTC)
                                                 lost: socket hang up
  · 3 kept (2 finished, 1 of them failed, 1 unfinished)

Plan: 1 to create, 1 to start, 1 in conflict, 1 settling, 1 waiting, 3 to keep.
Creates: 3 of 50 allowed per reconcile.
`

exports[`test/report/report.test.ts > TAP > a plan is a table of unsettled addresses, and totals > narrow 1`] = `
jobwright plan · commit 1c2d3e4 · state #41 · eu-west-1/123456789012

  + create    IotJob/kiosk-screens
      new spec
  > start     DataExchangeJob/prices-november
      created, never started
  … waiting   MediaPackageHarvestJob/cup-final
      the match is not over: its window ends later; in 3 h (22:00 UTC)
  ! conflict  MediaPackageHarvestJob/semi-final
      AWS cannot change a harvest job that was submitted, and this spec was
      edited after its job was submitted
      S3Destination.ManifestKey: - cup/final.m3u8 + cup/final-extra-time.m3u8
      StartTime: + 2026-11-07T19:45:00Z
      hint: restore the old value, or set policy.run: 2 to run it again
            or give the spec another name
  … settling  ImportExportJob/archive-disk
      the response to its create was lost: socket hang up; in 14 h 30 min
      (2026-11-15 09:30 UTC)
  · 3 kept (2 finished, 1 of them failed, 1 unfinished)

Plan: 1 to create, 1 to start, 1 in conflict, 1 settling, 1 waiting, 3 to keep.
Creates: 3 of 50 allowed per reconcile.
`

exports[`test/report/report.test.ts > TAP > a plan is a table of unsettled addresses, and totals > wide 1`] = `
jobwright plan · commit 1c2d3e4 · state #41 · eu-west-1/123456789012

  + create    IotJob/kiosk-screens               new spec
  > start     DataExchangeJob/prices-november    created, never started
  … waiting   MediaPackageHarvestJob/cup-final   the match is not over: its       in 3 h (22:00 UTC)
                                                 window ends later
  ! conflict  MediaPackageHarvestJob/semi-final  AWS cannot change a harvest job
                                                 that was submitted, and this
                                                 spec was edited after its job
                                                 was submitted
      S3Destination.ManifestKey: - cup/final.m3u8 + cup/final-extra-time.m3u8
      StartTime: + 2026-11-07T19:45:00Z
      hint: restore the old value, or set policy.run: 2 to run it again
            or give the spec another name
  … settling  ImportExportJob/archive-disk       the response to its create was   in 14 h 30 min (2026-11-15 09:30 UTC)
                                                 lost: socket hang up
  · 3 kept (2 finished, 1 of them failed, 1 unfinished)

Plan: 1 to create, 1 to start, 1 in conflict, 1 settling, 1 waiting, 3 to keep.
Creates: 3 of 50 allowed per reconcile.
`

exports[`test/report/report.test.ts > TAP > a SARIF log has what viewers and code scanning need > must match snapshot 1`] = `
{
  "$schema": "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json",
  "version": "2.1.0",
  "runs": [
    {
      "tool": {
        "driver": {
          "name": "Jobwright",
          "semanticVersion": "1.0.0",
          "rules": [
            {
              "id": "SPEC_DUPLICATE",
              "shortDescription": {
                "text": "SPEC_DUPLICATE"
              },
              "help": {
                "text": "# SPEC_DUPLICATE",
                "markdown": "# SPEC_DUPLICATE"
              },
              "helpUri": "https://jobwright.dev/errors/SPEC_DUPLICATE"
            },
            {
              "id": "SPEC_ENUM",
              "shortDescription": {
                "text": "SPEC_ENUM"
              },
              "help": {
                "text": "# SPEC_ENUM",
                "markdown": "# SPEC_ENUM"
              },
              "helpUri": "https://jobwright.dev/errors/SPEC_ENUM"
            }
          ]
        }
      },
      "columnKind": "utf16CodeUnits",
      "invocations": [
        {
          "executionSuccessful": true,
          "exitCode": 3,
          "exitCodeDescription": "invalid specs"
        }
      ],
      "results": [
        {
          "ruleId": "SPEC_DUPLICATE",
          "ruleIndex": 0,
          "level": "error",
          "message": {
            "text": "IotJob/kiosk-reboot is declared twice"
          },
          "locations": [
            {
              "physicalLocation": {
                "artifactLocation": {
                  "uri": "specs/base.yaml",
                  "uriBaseId": "%SRCROOT%"
                },
                "region": {
                  "startLine": 12,
                  "startColumn": 3,
                  "endLine": 14,
                  "endColumn": 8
                }
              }
            }
          ],
          "relatedLocations": [
            {
              "id": 0,
              "message": {
                "text": "declared here first"
              },
              "physicalLocation": {
                "artifactLocation": {
                  "uri": "specs/base.yaml",
                  "uriBaseId": "%SRCROOT%"
                },
                "region": {
                  "startLine": 3,
                  "startColumn": 3,
                  "endLine": 3,
                  "endColumn": 4
                }
              }
            }
          ],
          "partialFingerprints": {
            "jobwrightFinding/v1": "6e0e32ce377505b4d689f013d497e333:1"
          }
        },
        {
          "ruleId": "SPEC_ENUM",
          "ruleIndex": 1,
          "level": "error",
          "message": {
            "text": "IotJob/kiosk-firmware: targetSelection must be CONTINUOUS or SNAPSHOT, not \\"CONTINUOS\\"\\nhint: did you mean 'CONTINUOUS'?"
          },
          "locations": [
            {
              "physicalLocation": {
                "artifactLocation": {
                  "uri": "specs/fleet.yaml",
                  "uriBaseId": "%SRCROOT%"
                },
                "region": {
                  "startLine": 7,
                  "startColumn": 20,
                  "endLine": 7,
                  "endColumn": 29
                }
              }
            }
          ],
          "partialFingerprints": {
            "jobwrightFinding/v1": "592ce11b27468322b962c06311966065:1"
          }
        }
      ]
    }
  ]
}
`

exports[`test/report/report.test.ts > TAP > a status fits a narrow terminal and omits nothing > narrow 1`] = `
  IotJob/kiosk-reboot  InProgress
      run 1, id kiosk-reboot, for 12 min
  IotJob/kiosk-firmware  Succeeded (archived)
      run 1, id kiosk-firmware, took 21 h, ended 3 h ago
  ImportExportJob/archive-disk  settling
      run 1, for 40 s
      response lost: socket hang up
  IotJob/kiosk-clock  Succeeded (withdrawn)
      run 2, id kiosk-clock-r2, took 21 h, ended 3 h ago
  IotJob/kiosk-logs  Failed: DevicesFailed
      run 1, id kiosk-logs, ended 4 d 15 h ago
      3 of 120 kiosks failed; 0 % may fail
  MediaPackageHarvestJob/quarter-final  Unknown (lost)
      run 1, id quarter-final
      MediaPackage does not know this job any more

6 jobs: 2 succeeded, 1 in progress, 1 failed, 1 settling,
1 lost; 1 withdrawn, 1 archived.
`

exports[`test/report/report.test.ts > TAP > a status groups its jobs by target, if there are several > must match snapshot 1`] = `
  Address                               Run  ID              Condition              Counts  Time    Ended
target prod
  ImportExportJob/archive-disk          1    -               settling               -       40 s    -
      response lost: socket hang up
  IotJob/kiosk-firmware                 1    kiosk-firmware  Succeeded (archived)   -       21 h    3 h ago
  IotJob/kiosk-logs                     1    kiosk-logs      Failed: DevicesFailed  -       -       4 d 15 h ago
      3 of 120 kiosks failed; 0 % may fail
target test
  IotJob/kiosk-clock                    2    kiosk-clock-r2  Succeeded (withdrawn)  -       21 h    3 h ago
  IotJob/kiosk-reboot                   1    kiosk-reboot    InProgress             -       12 min  -
  MediaPackageHarvestJob/quarter-final  1    quarter-final   Unknown (lost)         -       -       -
      MediaPackage does not know this job any more

6 jobs: 2 succeeded, 1 in progress, 1 failed, 1 settling, 1 lost; 1 withdrawn, 1 archived.
`

exports[`test/report/report.test.ts > TAP > a status is a row for each record, specs in file order, the rest by name > coloured 1`] = `
  [1mAddress[22m                               [1mRun[22m  [1mID[22m              [1mCondition[22m              [1mCounts[22m  [1mTime[22m    [1mEnded[22m
  IotJob/kiosk-reboot                   1    kiosk-reboot    [36mInProgress[39m             -       12 min  -
  IotJob/kiosk-firmware                 1    kiosk-firmware  [32mSucceeded (archived)[39m   -       21 h    3 h ago
  ImportExportJob/archive-disk          1    -               [33msettling[39m               -       40 s    -
      [2mresponse lost: socket hang up[22m
  [2mIotJob/kiosk-clock[22m                    2    kiosk-clock-r2  [32mSucceeded (withdrawn)[39m  -       21 h    3 h ago
  IotJob/kiosk-logs                     1    kiosk-logs      [31mFailed: DevicesFailed[39m  -       -       4 d 15 h ago
      [2m3 of 120 kiosks failed; 0 % may fail[22m
  MediaPackageHarvestJob/quarter-final  1    quarter-final   [33mUnknown (lost)[39m         -       -       -
      [2mMediaPackage does not know this job any more[22m

6 jobs: 2 succeeded, 1 in progress, 1 failed, 1 settling, 1 lost; 1 withdrawn, 1 archived.
`

exports[`test/report/report.test.ts > TAP > a status is a row for each record, specs in file order, the rest by name > plain 1`] = `
  Address                               Run  ID              Condition              Counts  Time    Ended
  IotJob/kiosk-reboot                   1    kiosk-reboot    InProgress             -       12 min  -
  IotJob/kiosk-firmware                 1    kiosk-firmware  Succeeded (archived)   -       21 h    3 h ago
  ImportExportJob/archive-disk          1    -               settling               -       40 s    -
      response lost: socket hang up
  IotJob/kiosk-clock                    2    kiosk-clock-r2  Succeeded (withdrawn)  -       21 h    3 h ago
  IotJob/kiosk-logs                     1    kiosk-logs      Failed: DevicesFailed  -       -       4 d 15 h ago
      3 of 120 kiosks failed; 0 % may fail
  MediaPackageHarvestJob/quarter-final  1    quarter-final   Unknown (lost)         -       -       -
      MediaPackage does not know this job any more

6 jobs: 2 succeeded, 1 in progress, 1 failed, 1 settling, 1 lost; 1 withdrawn, 1 archived.
`

exports[`test/report/report.test.ts > TAP > annotations are workflow commands, worst first > must match snapshot 1`] = `
::error file=specs/base.yaml,line=12,endLine=14,title=SPEC_DUPLICATE::IotJob/kiosk-reboot is declared twice
::error file=specs/fleet.yaml,line=7,col=20,endLine=7,endColumn=29,title=SPEC_ENUM::IotJob/kiosk-firmware: targetSelection must be CONTINUOUS or SNAPSHOT, not "CONTINUOS"%0Ahint: did you mean 'CONTINUOUS'?
::warning title=AWS_UNKNOWN::PinpointExportJob/fans: AWS reports "PREPARING", which this version does not know; shown as Unknown
`

exports[`test/report/report.test.ts > TAP > diagnostics show place, code, source line, carets, hint and the other place > coloured 1`] = `
[33mwarning AWS_UNKNOWN[39m: PinpointExportJob/fans: AWS reports "PREPARING", which this version does not know; shown as Unknown
[1mspecs/base.yaml:12:3[22m: [31merror SPEC_DUPLICATE[39m: IotJob/kiosk-reboot is declared twice
[2m  12 | [22m  name: kiosk-reboot
[2m     | [22m  [31m^^^^^^^^^^^^^^^^^^[39m
  specs/base.yaml:3:3: declared here first
[1mspecs/fleet.yaml:7:20[22m: [31merror SPEC_ENUM[39m: targetSelection must be CONTINUOUS or SNAPSHOT, not "CONTINUOS"
[2m  7 | [22m  targetSelection: CONTINUOS
[2m    | [22m                   [31m^^^^^^^^^[39m
  [2mhint:[22m did you mean 'CONTINUOUS'?
2 errors, 1 warning in 2 files
`

exports[`test/report/report.test.ts > TAP > diagnostics show place, code, source line, carets, hint and the other place > plain 1`] = `
warning AWS_UNKNOWN: PinpointExportJob/fans: AWS reports "PREPARING", which this version does not know; shown as Unknown
specs/base.yaml:12:3: error SPEC_DUPLICATE: IotJob/kiosk-reboot is declared twice
  12 |   name: kiosk-reboot
     |   ^^^^^^^^^^^^^^^^^^
  specs/base.yaml:3:3: declared here first
specs/fleet.yaml:7:20: error SPEC_ENUM: targetSelection must be CONTINUOUS or SNAPSHOT, not "CONTINUOS"
  7 |   targetSelection: CONTINUOS
    |                    ^^^^^^^^^
  hint: did you mean 'CONTINUOUS'?
2 errors, 1 warning in 2 files
`

exports[`test/report/report.test.ts > TAP > events are plain lines > must match snapshot 1`] = `
pass 2: 1 to create, 1 to start, 1 in conflict, 1 settling, 1 waiting, 3 to keep
recorded 3 intents (state #42)
created IotJob/kiosk-firmware (id kiosk-firmware)
creating IotJob/kiosk-screens
failed create of IotJob/kiosk-screens: AccessDeniedException: not authorized to perform: iot:CreateJob on arn:aws:iot:eu-west-1:123456789012:job/kiosk-screens (request 8c1d)
IotJob/kiosk-logs (id kiosk-logs): Failed: DevicesFailed
37 of 120 actions · 9.8/s · 8 s left
polling: MediaPackageHarvestJob/cup-final: its window ends later; next read in 3 h (22:00 UTC)
polling: one job is running
`

exports[`test/report/report.test.ts > TAP > JSON lines follow the contract and omit absent values > lines of events 1`] = `
{"v":1,"type":"planned","address":"IotJob/kiosk-screens","action":"create","reason":"new spec","file":"specs/kiosk-screens.yaml","line":1}
{"v":1,"type":"planned","address":"DataExchangeJob/prices-november","action":"start","reason":"created, never started","file":"specs/prices-november.yaml","line":1}
{"v":1,"type":"planned","address":"MediaPackageHarvestJob/cup-final","action":"waiting","reason":"the match is not over: its window ends later","file":"specs/cup-final.yaml","line":1,"until":"2026-11-14T22:00:00Z"}
{"v":1,"type":"planned","address":"MediaPackageHarvestJob/semi-final","action":"conflict","reason":"AWS cannot change a harvest job that was submitted, and this spec was edited after its job was submitted","file":"specs/semi-final.yaml","line":1,"changes":[{"pointer":"/S3Destination/ManifestKey","from":"cup/final.m3u8","to":"cup/final-extra-time.m3u8"},{"pointer":"/StartTime","to":"2026-11-07T19:45:00Z"}],"elements":[{"pointer":"/S3Destination/ManifestKey","from":"cup/final.m3u8","to":"cup/final-extra-time.m3u8"},{"pointer":"/StartTime","to":"2026-11-07T19:45:00Z"}]}
{"v":1,"type":"planned","address":"ImportExportJob/archive-disk","action":"settling","reason":"the response to its create was lost: socket hang up","file":"specs/archive-disk.yaml","line":1,"until":"2026-11-15T09:30:00Z"}
{"v":1,"type":"planned","address":"IotJob/kiosk-firmware","action":"keep","reason":"finished","file":"specs/kiosk-firmware.yaml","line":1}
{"v":1,"type":"planned","address":"IotJob/kiosk-reboot","action":"keep","reason":"unfinished","file":"specs/kiosk-reboot.yaml","line":1}
{"v":1,"type":"planned","address":"IotJob/kiosk-logs","action":"keep","reason":"failed","file":"specs/kiosk-logs.yaml","line":1}
{"v":1,"type":"progress","address":"IotJob/kiosk-firmware","step":"created"}
{"v":1,"type":"progress","address":"IotJob/kiosk-screens","step":"creating"}
{"v":1,"type":"progress","address":"IotJob/kiosk-screens","step":"failed"}
{"v":1,"type":"diagnostic","severity":"error","code":"AWS_AUTH","message":"create failed: AccessDeniedException: not authorized to perform: iot:CreateJob on arn:aws:iot:eu-west-1:123456789012:job/kiosk-screens (request 8c1d)","address":"IotJob/kiosk-screens"}
{"v":1,"type":"job","address":"IotJob/kiosk-logs","run":1,"id":"kiosk-logs","record":"started","condition":"Failed","status":"COMPLETED","reason":"DevicesFailed"}
`

exports[`test/report/report.test.ts > TAP > the end of a run shows every job and what to do next > coloured 1`] = `
  IotJob/kiosk-firmware              [32mSucceeded[39m              id kiosk-firmware
  IotJob/kiosk-logs                  [31mFailed: DevicesFailed[39m  id kiosk-logs      3 of 120 kiosks failed; 0 % may fail
      [2mhint:[22m set policy.run: 2 to run it again
  IotJob/kiosk-screens               [31mnot done[39m
      AccessDeniedException: not authorized to perform: iot:CreateJob on
      arn:aws:iot:eu-west-1:123456789012:job/kiosk-screens (request 8c1d)
  MediaPackageHarvestJob/cup-final   [36mwaiting[39m
      the match is not over: its window ends later, in 3 h (22:00 UTC)
  MediaPackageHarvestJob/semi-final  [31mconflict[39m               id kiosk-firmware
      AWS cannot change a harvest job that was submitted, and this spec was edited after its job was submitted
      [2mhint:[22m restore the old value, or set policy.run: 2 to run it again
            or give the spec another name
  ImportExportJob/archive-disk       [36msettling[39m
      the response to its create was lost: socket hang up, in 14 h 30 min (2026-11-15 09:30 UTC)

4 jobs: 2 succeeded, 1 failed, 1 settling.
1 cannot continue without a decision or an edit: see its hint.
Next reconcile: in 3 h (22:00 UTC), when a waiting job is due.
[31mexit 6: a decision is needed (conflict, unresolved, expired, lost, duplicate)[39m
[2malso exit 5: some actions failed[22m
[2malso exit 9: not finished: a spec is blocked (not by a failure), a create has no known result yet, an AWS limit is reached, or time ran out[22m
`

exports[`test/report/report.test.ts > TAP > the end of a run shows every job and what to do next > plain 1`] = `
  IotJob/kiosk-firmware              Succeeded              id kiosk-firmware
  IotJob/kiosk-logs                  Failed: DevicesFailed  id kiosk-logs      3 of 120 kiosks failed; 0 % may fail
      hint: set policy.run: 2 to run it again
  IotJob/kiosk-screens               not done
      AccessDeniedException: not authorized to perform: iot:CreateJob on
      arn:aws:iot:eu-west-1:123456789012:job/kiosk-screens (request 8c1d)
  MediaPackageHarvestJob/cup-final   waiting
      the match is not over: its window ends later, in 3 h (22:00 UTC)
  MediaPackageHarvestJob/semi-final  conflict               id kiosk-firmware
      AWS cannot change a harvest job that was submitted, and this spec was edited after its job was submitted
      hint: restore the old value, or set policy.run: 2 to run it again
            or give the spec another name
  ImportExportJob/archive-disk       settling
      the response to its create was lost: socket hang up, in 14 h 30 min (2026-11-15 09:30 UTC)
  · 4 more, settled earlier

4 jobs: 2 succeeded, 1 failed, 1 settling.
1 cannot continue without a decision or an edit: see its hint.
Next reconcile: in 3 h (22:00 UTC), when a waiting job is due.
exit 6: a decision is needed (conflict, unresolved, expired, lost, duplicate)
also exit 5: some actions failed
also exit 9: not finished: a spec is blocked (not by a failure), a create has no known result yet, an AWS limit is reached, or time ran out
`

exports[`test/report/report.test.ts > TAP > the live line keeps to its width > must match snapshot 1`] = `
[######--------------] 37/120 actions · 9.8/s · 8 s left · 1 failed · 2 waiting
[###--------] 37/120 actions · 9.8/s · 8 s left · 1 failed · 2 waiting
37/120 actions · 9.8/s · 8 s left · 1 f…
37/120 actions · 9.…
`
