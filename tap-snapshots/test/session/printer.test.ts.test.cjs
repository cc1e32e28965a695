/* IMPORTANT
 * This snapshot file is auto-generated, but designed for humans.
 * It should be checked into source control and tracked carefully.
 * Re-generate by setting TAP_SNAPSHOT=1 and running tests.
 * Make sure to inspect the output below.  Do not ignore changes!
 */
'use strict'
exports[`test/session/printer.test.ts > TAP > a report points to the page of a code, unless the message is complete > codes without a pointer 1`] = `
EMULATOR_FAULTS
EMULATOR_LIMITS
EMULATOR_LOG_DAMAGED
EMULATOR_OPTION
EMULATOR_RUNNING
INIT_NO_REPOSITORY
INIT_NO_WORK_TREE
INIT_REGION
INIT_STORE
OUTPUT
SCHEMA_UNKNOWN
USAGE
`
