/* IMPORTANT
 * This snapshot file is auto-generated, but designed for humans.
 * It should be checked into source control and tracked carefully.
 * Re-generate by setting TAP_SNAPSHOT=1 and running tests.
 * Make sure to inspect the output below.  Do not ignore changes!
 */
'use strict'
exports[`test/report/markdown.test.ts > TAP > a page shows totals, what needs a person, the plan, results and problems > idleReport as a comment 1`] = `
<!-- jobwright . -->
### ✅ Jobwright plan

**Nothing to do.**

<sub>[Summary and log of this run](https://github.example/runs/1)</sub>
`

exports[`test/report/markdown.test.ts > TAP > a page shows totals, what needs a person, the plan, results and problems > idleReport as a summary 1`] = `
### ✅ Jobwright plan

**Nothing to do.**
`

exports[`test/report/markdown.test.ts > TAP > a page shows totals, what needs a person, the plan, results and problems > planReport as a comment 1`] = `
<!-- jobwright . -->
### ❌ Jobwright plan · <code>teams/media</code>

**Plan: 2 to create, 1 in conflict, 1 blocked, 1 waiting, 3 to keep.** **1 address needs a person.** Exit code 3: invalid specs.

**Needs a person (1)**

- ❌ <b>PLAN&#95;IMMUTABLE</b> [<code>specs/kiosks.yaml:21</code>](https://github.example/football-archive/jobs/blob//specs/kiosks.yaml#L21): IotJob/kiosk&#45;firmware: its job runs already, and AWS does not let targets change
  <br>→ put the old value back; or set policy.run: 2 to run it again

**Plan: 2 changes**

| Action | Job | Where | Why |
| --- | --- | --- | --- |
| <code>&#43;</code>&nbsp;create | [<code>IotJob/kiosk&#45;restart</code>](https://github.example/football-archive/jobs/blob//specs/kiosks.yaml#L1) | prod<br>[<code>eu&#45;west&#45;1</code> <code>123456789012</code>](https://eu-west-1.console.aws.amazon.com/iot/home?region=eu-west-1#/jobhub) | new spec |
| <code>&#43;</code>&nbsp;create | [<code>MediaPackageHarvestJob/cup&#45;final</code>](https://github.example/football-archive/jobs/blob//specs/harvest.yaml#L1) | prod<br>[<code>eu&#45;west&#45;1</code> <code>123456789012</code>](https://eu-west-1.console.aws.amazon.com/iot/home?region=eu-west-1#/jobhub) | new spec<br>can be submitted until 2026&#45;11&#45;28 19:45 UTC |
| <code>&#33;</code>&nbsp;conflict | [<code>IotJob/kiosk&#45;firmware</code>](https://github.example/football-archive/jobs/blob//specs/kiosks.yaml#L21) | prod<br>[<code>eu&#45;west&#45;1</code> <code>123456789012</code>](https://eu-west-1.console.aws.amazon.com/iot/home?region=eu-west-1#/jobhub) | its job runs already, and AWS does not let targets change |
| <code>&#33;</code>&nbsp;blocked | <code>IotJob/kiosk&#45;lights</code> |   | its spec has errors: SPEC&#95;ITEMS |
| <code>…</code>&nbsp;waiting | <code>DataExchangeJob/prices</code> | prod<br>[<code>eu&#45;west&#45;1</code> <code>123456789012</code>](https://eu-west-1.console.aws.amazon.com/iot/home?region=eu-west-1#/jobhub) | waits for IotJob/kiosk&#45;restart<br>continues 2026&#45;11&#45;15 02:00 UTC |

**1 error**

- ❌ <b>SPEC&#95;ITEMS</b> [<code>specs/kiosks.yaml:12</code>](https://github.example/football-archive/jobs/blob//specs/kiosks.yaml#L12) <code>IotJob/kiosk&#45;lights</code>: targets has 0 items
  <br>→ allowed: from 1 to 100 items

<details><summary><b>Details (3)</b></summary>

<details><summary><code>IotJob/kiosk&#45;restart</code> create</summary>

| Member | Value |
| --- | --- |
| <code>targets</code> | <code>arn:aws:iot:eu&#45;west&#45;1:123456789012:thinggroup/kiosks</code> |
| <code>document</code> | <code>&#123;&#34;operation&#34;:&#34;restart&#34;,&#34;after&#34;:&#34;02:00&#34;&#125;</code> |

</details>
<details><summary><code>MediaPackageHarvestJob/cup&#45;final</code> create</summary>

| Member | Value |
| --- | --- |
| <code>StartTime</code> | <code>2026&#45;11&#45;14T19:45:00Z</code> |
| <code>EndTime</code> | <code>2026&#45;11&#45;14T22:00:00Z</code> |
| <code>S3Destination.BucketName</code> | <code>vod</code> |

</details>
<details><summary><code>IotJob/kiosk&#45;firmware</code> conflict</summary>

\`\`\`diff
@@ targets[2] @@
- …/offices
+ …/depots
\`\`\`

</details>

</details>

<sub>[Summary and log of this run](https://github.example/runs/1)</sub>
`

exports[`test/report/markdown.test.ts > TAP > a page shows totals, what needs a person, the plan, results and problems > planReport as a summary 1`] = `
### ❌ Jobwright plan · <code>teams/media</code>

**Plan: 2 to create, 1 in conflict, 1 blocked, 1 waiting, 3 to keep.** **1 address needs a person.** Exit code 3: invalid specs.

<details open><summary><b>Needs a person (1)</b></summary>

- ❌ <b>PLAN&#95;IMMUTABLE</b> <code>specs/kiosks.yaml:21</code>: IotJob/kiosk&#45;firmware: its job runs already, and AWS does not let targets change
  <br>→ put the old value back; or set policy.run: 2 to run it again

</details>

<details open><summary><b>Plan: 2 changes</b></summary>

| Action | Job | Where | Why |
| --- | --- | --- | --- |
| <code>&#43;</code>&nbsp;create | <code>IotJob/kiosk&#45;restart</code> | prod<br>[<code>eu&#45;west&#45;1</code> <code>123456789012</code>](https://eu-west-1.console.aws.amazon.com/iot/home?region=eu-west-1#/jobhub) | new spec |
| <code>&#43;</code>&nbsp;create | <code>MediaPackageHarvestJob/cup&#45;final</code> | prod<br>[<code>eu&#45;west&#45;1</code> <code>123456789012</code>](https://eu-west-1.console.aws.amazon.com/iot/home?region=eu-west-1#/jobhub) | new spec<br>can be submitted until 2026&#45;11&#45;28 19:45 UTC |
| <code>&#33;</code>&nbsp;conflict | <code>IotJob/kiosk&#45;firmware</code> | prod<br>[<code>eu&#45;west&#45;1</code> <code>123456789012</code>](https://eu-west-1.console.aws.amazon.com/iot/home?region=eu-west-1#/jobhub) | its job runs already, and AWS does not let targets change |
| <code>&#33;</code>&nbsp;blocked | <code>IotJob/kiosk&#45;lights</code> |   | its spec has errors: SPEC&#95;ITEMS |
| <code>…</code>&nbsp;waiting | <code>DataExchangeJob/prices</code> | prod<br>[<code>eu&#45;west&#45;1</code> <code>123456789012</code>](https://eu-west-1.console.aws.amazon.com/iot/home?region=eu-west-1#/jobhub) | waits for IotJob/kiosk&#45;restart<br>continues 2026&#45;11&#45;15 02:00 UTC |

</details>

<details open><summary><b>1 error</b></summary>

- ❌ <b>SPEC&#95;ITEMS</b> <code>specs/kiosks.yaml:12</code> <code>IotJob/kiosk&#45;lights</code>: targets has 0 items
  <br>→ allowed: from 1 to 100 items

</details>

<details open><summary><b>Details (3)</b></summary>

<details><summary><code>IotJob/kiosk&#45;restart</code> create</summary>

| Member | Value |
| --- | --- |
| <code>targets</code> | <code>arn:aws:iot:eu&#45;west&#45;1:123456789012:thinggroup/kiosks</code> |
| <code>document</code> | <code>&#123;&#34;operation&#34;:&#34;restart&#34;,&#34;after&#34;:&#34;02:00&#34;&#125;</code> |

\`\`\`json
{
  "jobId": "kiosk-restart",
  "document": "{\\"operation\\":\\"restart\\"}"
}
\`\`\`

</details>
<details><summary><code>MediaPackageHarvestJob/cup&#45;final</code> create</summary>

| Member | Value |
| --- | --- |
| <code>StartTime</code> | <code>2026&#45;11&#45;14T19:45:00Z</code> |
| <code>EndTime</code> | <code>2026&#45;11&#45;14T22:00:00Z</code> |
| <code>S3Destination.BucketName</code> | <code>vod</code> |

</details>
<details><summary><code>IotJob/kiosk&#45;firmware</code> conflict</summary>

\`\`\`diff
@@ targets[2] @@
- …/offices
+ …/depots
\`\`\`

</details>

</details>
`

exports[`test/report/markdown.test.ts > TAP > a page shows totals, what needs a person, the plan, results and problems > runReport as a comment 1`] = `
<!-- jobwright . -->
### ❌ Jobwright reconcile

**Plan: 1 to create.** Done: 1 created. Jobs: 1 succeeded, 1 failed. **1 address needs a person.** Waiting jobs can continue 2026&#45;11&#45;15 02:00 UTC. Exit code 10: a job failed, or a spec depends on a failed job.

**Needs a person (1)**

- ⚠️ <b>PLAN&#95;FAILED</b>: IotJob/kiosk&#45;firmware: 3 of 40 devices failed
  <br>→ to run it again (this raises policy.run): jobwright rerun IotJob/kiosk&#45;firmware; to leave it as it is: run this workflow with the command: acknowledge IotJob/kiosk&#45;firmware

**Plan: 1 change**

| Action | Job | Where | Why |
| --- | --- | --- | --- |
| <code>&#43;</code>&nbsp;create | [<code>IotJob/kiosk&#45;restart</code>](https://github.example/football-archive/jobs/blob//specs/kiosks.yaml#L1) | prod<br>[<code>eu&#45;west&#45;1</code> <code>123456789012</code>](https://eu-west-1.console.aws.amazon.com/iot/home?region=eu-west-1#/jobhub) | new spec |

<details><summary><b>Jobs (2)</b></summary>

| Job | Condition | Status | ID | Run |
| --- | --- | --- | --- | --- |
| <code>IotJob/kiosk&#45;firmware</code> | ❌ Failed | COMPLETED<br>DevicesFailed | <code>kiosk&#45;firmware&#45;2</code> | 2 |
| [<code>IotJob/kiosk&#45;restart</code>](https://github.example/football-archive/jobs/blob//specs/kiosks.yaml#L1) | ✅ Succeeded | COMPLETED | <code>kiosk&#45;restart</code> | 1 |

</details>

<sub>[Summary and log of this run](https://github.example/runs/1)</sub>
`

exports[`test/report/markdown.test.ts > TAP > a page shows totals, what needs a person, the plan, results and problems > runReport as a summary 1`] = `
### ❌ Jobwright reconcile

**Plan: 1 to create.** Done: 1 created. Jobs: 1 succeeded, 1 failed. **1 address needs a person.** Waiting jobs can continue 2026&#45;11&#45;15 02:00 UTC. Exit code 10: a job failed, or a spec depends on a failed job.

<details open><summary><b>Needs a person (1)</b></summary>

- ⚠️ <b>PLAN&#95;FAILED</b>: IotJob/kiosk&#45;firmware: 3 of 40 devices failed
  <br>→ to run it again (this raises policy.run): jobwright rerun IotJob/kiosk&#45;firmware; to leave it as it is: run this workflow with the command: acknowledge IotJob/kiosk&#45;firmware

</details>

<details open><summary><b>Plan: 1 change</b></summary>

| Action | Job | Where | Why |
| --- | --- | --- | --- |
| <code>&#43;</code>&nbsp;create | <code>IotJob/kiosk&#45;restart</code> | prod<br>[<code>eu&#45;west&#45;1</code> <code>123456789012</code>](https://eu-west-1.console.aws.amazon.com/iot/home?region=eu-west-1#/jobhub) | new spec |

</details>

<details open><summary><b>Jobs (2)</b></summary>

| Job | Condition | Status | ID | Run |
| --- | --- | --- | --- | --- |
| <code>IotJob/kiosk&#45;firmware</code> | ❌ Failed | COMPLETED<br>DevicesFailed | <code>kiosk&#45;firmware&#45;2</code> | 2 |
| <code>IotJob/kiosk&#45;restart</code> | ✅ Succeeded | COMPLETED | <code>kiosk&#45;restart</code> | 1 |

</details>
`
