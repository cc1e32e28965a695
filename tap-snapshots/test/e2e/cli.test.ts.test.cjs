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
  --debug                              the same with start, size, version and
                                       system, for bug reports
  --color                              colour the text, even without a terminal
                                       (FORCE_COLOR does the same)
  --no-color                           never colour the text (NO_COLOR does the
                                       same)
  -h, --help                           display help for command

Commands:
  init [options]                       write jobwright.yaml, an example spec,
                                       editor settings and the workflow, and
                                       store an empty state; replaces nothing
  new [options] <kind> <name>          write the commented skeleton of a spec,
                                       its required members marked; replaces
                                       nothing
  validate [options]                   check every spec against its schema;
                                       every problem with its file, line and
                                       column
  plan [options] [address]             show what reconcile would do now, and
                                       why; an address shows its request in
                                       full; has no side effect
  reconcile [options]                  create, start and adopt what the plan
                                       says, and write every status to the state
  watch [options]                      show diagnostics and the new plan after
                                       each saved file, and follow running jobs;
                                       Ctrl-C ends it with 0, or with 130 if it
                                       cut a run of --apply short
  status [options] [address]           show every job in the state, or one in
                                       full; calls AWS only with --wait
  next [options] [address...]          show when the next run of each schedule
                                       is due; calls nothing
  report [options]                     write a page that shows every job, the
                                       plan, the schedule and the lanes: one
                                       HTML file that loads nothing; changes
                                       nothing else
  lanes [options]                      show the rates that all runs of an
                                       account share through Redis: rate, limit,
                                       peers, queue, throttles and budget; calls
                                       no AWS
  rerun [options] <address>            raise policy.run of a spec in its file,
                                       so that reconcile runs the job again;
                                       calls nothing
  skip [options] <address>             take the next run of a schedule out, on
                                       record; the runs after it stay
  adopt [options] [address|kind] [id]  record an existing job for its spec
                                       (adopt KIND/NAME), list the jobs without
                                       a record (--list), or write the spec of a
                                       job (adopt KIND ID); creates no job
  resolve [options] [address]          record what only a person can know: the
                                       outcome of a create, other people’s jobs,
                                       a removed spec, the newest checkout, the
                                       owner of the state; creates nothing
  acknowledge [options] [address...]   acknowledge what needs attention, so that
                                       runs no longer end with its exit code;
                                       starts and unblocks nothing
  cancel [options] <address>           cancel a job that is not terminal, where
                                       AWS supports it; it is not created again
  baseline [options]                   record every spec without a record as
                                       done, so that it is not submitted; begins
                                       a state where there is none
  state                                move the state to another store, or join
                                       a split one
  paperwork [options] <address>        fetch what a person needs to ship the
                                       device of an ImportExportJob: the
                                       SIGNATURE file and the label
  schema [options] [schema]            list the JSON Schemas, print one, or
                                       write all of them for editors without
                                       network
  explain [code]                       explain the code of a message, with an
                                       example and what to do; without a code,
                                       list all
  completion <shell>                   print the script by which a shell
                                       completes verbs, options, kinds and
                                       addresses
  version                              print the version
  worker [options]                     make the calls that runs with a queue
                                       hand out, with the credentials of this
                                       machine, until SIGTERM
  emulator [options]                   serve the five services until SIGTERM;
                                       prints one JSON line with its url when it
                                       is ready
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
    7  a guard refused
    8  locked, stale, no state, or not the approved plan
    9  incomplete: blocked, outcome pending, AWS limit reached, or timed out
   10  a job failed, or a spec depends on a failed job
  130  interrupted, state safe

`

exports[`test/e2e/cli.test.ts > TAP > --help teaches: commands, first steps, exit codes > jobwright reconcile --help 1`] = `
Usage: jobwright reconcile [options]

create, start and adopt what the plan says, and write every status to the state

Options:
  -o, --output <form>        text for people, or json: one object a line, the
                             summary last (choices: "text", "json", default:
                             "text")
  --emulator                 run against the built-in emulator; its jobs, state
                             and clock are in .jobwright/emulator/
  --start-at <time>          with --emulator: an ISO time, now or today; a new
                             clock starts then, an older one advances to it
                             (default for a new one: 2026-11-15T09:00:00Z)
  --spec <glob>              files, folders or globs in place of those of
                             jobwright.yaml; may be repeated
  --only <address|label>     act only on IotJob/NAME, or on specs with the label
                             KEY=VALUE; may be repeated
  --target <target>          act only on specs of this target of jobwright.yaml;
                             may be repeated
  --allow-dirty              submit specs that are not committed
  --allow-removals           outside Git: treat a missing spec as removed
  --refresh                  read finished jobs again as well
  --no-cache                 check every spec afresh, and store nothing for the
                             next command
  --lock-timeout <duration>  wait this long (90s, 5m) for a run that holds the
                             state, before exit 8 (default: 5m with --target,
                             else 0s)
  --plan <file>              apply what plan --out wrote there, and nothing
                             else; exit 8 if an action changed since
  --report <file>            write a page that shows the jobs and this run, one
                             HTML file, even if the run fails
  --refresh-only             record statuses and unknown outcomes, and send
                             nothing that creates or changes a job
  --wait                     follow jobs until they are terminal; a failed job
                             means exit 10
  --timeout <duration>       give up waiting after this long (90s, 15m, 2h) with
                             exit 9
  --settle <duration>        how long to wait at the end for creates with an
                             unknown outcome (default: 20m)
  -h, --help                 display help for command

Global Options:
  -V, --version              output the version number
  -q, --quiet                print only what is wrong
  --verbose                  print each request to AWS on standard error, with
                             its time and result; no secrets
  --debug                    the same with start, size, version and system, for
                             bug reports
  --color                    colour the text, even without a terminal
                             (FORCE_COLOR does the same)
  --no-color                 never colour the text (NO_COLOR does the same)

`
