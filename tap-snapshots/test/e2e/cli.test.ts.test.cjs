/* IMPORTANT
 * This snapshot file is auto-generated, but designed for humans.
 * It should be checked into source control and tracked carefully.
 * Re-generate by setting TAP_SNAPSHOT=1 and running tests.
 * Make sure to inspect the output below.  Do not ignore changes!
 */
'use strict'
exports[`test/e2e/cli.test.ts > TAP > --help teaches: commands, first steps, exit codes > jobwright --help 1`] = `
Usage: jobwright [options] [command]

Commit a job spec; the job runs exactly once. A declarative reconciler for
one-shot AWS jobs.

Options:
  -V, --version                        output the version number
  -q, --quiet                          print only what is wrong
  --verbose                            print each request to AWS on standard
                                       error, with its time and result; no
                                       secrets
  --debug                              like --verbose, with more details, for
                                       bug reports
  --color                              colour the text, even without a terminal
                                       (FORCE_COLOR does the same)
  --no-color                           never colour the text (NO_COLOR does the
                                       same)
  -h, --help                           display help for command

Commands:
  init [options]                       write jobwright.yaml, an example spec,
                                       editor settings and the workflow; store
                                       an empty state; replaces no file
  new [options] <kind> <name>          write a spec with a comment for each
                                       member; marks the required ones; replaces
                                       no file
  validate [options]                   check every spec; show each problem with
                                       its file, line and column
  plan [options] [address]             show what reconcile would do now, and
                                       why; with an address, show its whole
                                       request; changes nothing
  reconcile [options]                  carry out the plan: create, start, adopt,
                                       update and cancel jobs; record every
                                       result in the state
  watch [options]                      after each saved file, show its problems
                                       and the new plan; also follow running
                                       jobs; Ctrl-C ends it (exit 130 if it
                                       interrupts --apply, else 0)
  status [options] [address]           show every recorded job, or one in full;
                                       calls AWS only with --wait
  next [options] [address...]          show when the next run of each schedule
                                       is due; does not call AWS
  report [options]                     write an HTML page with every job, the
                                       plan, the schedule and the lanes; the
                                       file works offline; changes nothing else
  lanes [options]                      show the rate limits, slots and daily
                                       budgets that runs share through Redis,
                                       and what workers do; does not call AWS
  rerun [options] <address>            raise policy.run in the file of a spec,
                                       so that reconcile runs the job again;
                                       does not call AWS
  skip [options] <address>             skip the next run of a schedule, and
                                       record that; later runs are not affected
  adopt [options] [address|kind] [id]  record an existing job for its spec
                                       (adopt KIND/NAME), list the jobs without
                                       a record (--list), or write the spec of a
                                       job (adopt KIND ID); creates no job
  resolve [options] [address]          record what only a person can know, such
                                       as the outcome of a create or whose job
                                       it is; creates no job
  acknowledge [options] [address...]   acknowledge findings, such as failed
                                       jobs, so that they no longer decide the
                                       exit code; starts and unblocks nothing
  cancel [options] <address>           cancel an unfinished job, if AWS can;
                                       Jobwright does not create it again
  baseline [options]                   record every spec without a record as
                                       done, so that Jobwright does not submit
                                       it; creates a state if there is none
  state                                move the state to another store, or join
                                       a split one
  paperwork [options] <address>        fetch the SIGNATURE file and the shipping
                                       label for the device of an
                                       ImportExportJob
  schema [options] [schema]            list the JSON Schemas, print one, or
                                       write all to a folder, for editors
                                       without a network
  explain [code]                       explain a message code: what it means, an
                                       example, what to do; without a code, list
                                       all codes
  completion <shell>                   print a completion script for a shell:
                                       verbs, options, kinds and addresses
  version                              print the version
  worker [options]                     make the AWS calls that runs put into a
                                       queue, with the credentials of this
                                       machine; ends on SIGTERM
  emulator [options]                   run a local server that behaves like the
                                       five AWS services; prints its URL as a
                                       JSON line; ends on SIGTERM
  help [command]                       display help for command

First steps:
  jobwright reconcile --emulator --wait   run specs/ against the built-in emulator: no account, nothing to start
  jobwright init                          write jobwright.yaml, a first spec and the workflow, and store an empty state
  jobwright validate                      check every spec; every problem with its line
  jobwright plan                          say what reconcile would do, and why; changes nothing
  jobwright reconcile                     do it

Exit codes:
    0  done, or nothing to do
    1  usage error, or a bug
    2  changes are pending (plan --exit-code)
    3  invalid specs
    4  credentials or configuration
    5  some actions failed
    6  a decision is needed (conflict, unresolved, expired, lost, duplicate)
    7  a guard (a limit in jobwright.yaml) refused the plan
    8  the state, the checkout or the approved plan cannot be used
    9  not finished: a spec is blocked (not by a failure), a create has no known result yet, an AWS limit is reached, or time ran out
   10  a job failed, or a spec depends on a failed job
  130  interrupted; the state is safe

`

exports[`test/e2e/cli.test.ts > TAP > --help teaches: commands, first steps, exit codes > jobwright reconcile --help 1`] = `
Usage: jobwright reconcile [options]

carry out the plan: create, start, adopt, update and cancel jobs; record every
result in the state

Options:
  -o, --output <form>        text for people, or json: one JSON object per line,
                             with the summary last (choices: "text", "json",
                             default: "text")
  --emulator                 run against the built-in emulator; its jobs, state
                             and clock are in .jobwright/emulator/
  --start-at <time>          with --emulator: time of its clock: an ISO time,
                             now or today; it can only advance (default for a
                             new emulator: 2026-11-15T09:00:00Z)
  --spec <glob>              read specs from these files, folders or globs
                             instead of those in jobwright.yaml; may be repeated
  --only <address|label>     act only on this address, or on specs with the
                             label KEY=VALUE; may be repeated
  --target <target>          act only on specs of this target in jobwright.yaml;
                             may be repeated
  --allow-dirty              submit specs that are not committed
  --allow-removals           outside Git: treat a missing spec as removed
  --refresh                  also read finished jobs again
  --no-cache                 neither use nor write the cache: read and check
                             every spec again
  --lock-timeout <duration>  how long to wait (90s, 5m) for another run that
                             uses the state; then exit with 8 (default: 5m with
                             --target, else 0s)
  --plan <file>              do only what plan --out wrote to this file; exit 8
                             if an action has changed since
  --report <file>            write an HTML page with the jobs and this run, even
                             if the run fails
  --refresh-only             only read from AWS: record statuses and the
                             outcomes of creates
  --wait                     wait until all jobs have ended; exit 10 if one
                             failed
  --timeout <duration>       wait at most this long (90s, 15m, 2h), then exit
                             with 9
  --settle <duration>        how long to wait for creates whose outcome is still
                             unknown (default: 20m)
  -h, --help                 display help for command

Global Options:
  -V, --version              output the version number
  -q, --quiet                print only what is wrong
  --verbose                  print each request to AWS on standard error, with
                             its time and result; no secrets
  --debug                    like --verbose, with more details, for bug reports
  --color                    colour the text, even without a terminal
                             (FORCE_COLOR does the same)
  --no-color                 never colour the text (NO_COLOR does the same)

`
