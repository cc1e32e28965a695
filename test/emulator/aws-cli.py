"""Runs commands of the AWS CLI, one JSON list of arguments a line, and answers each with a line: code, standard output, standard error.

The CLI's own entry point is called for each command. One process serves them all, because starting Python and the CLI takes most of a
second each time.
"""

import contextlib
import io
import json
import sys

import awscli.clidriver

for line in sys.stdin:
    arguments = json.loads(line)
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        try:
            code = awscli.clidriver.create_clidriver().main(arguments)
        except SystemExit as ended:
            code = ended.code
    print(json.dumps({"code": code, "out": out.getvalue(), "err": err.getvalue()}), flush=True)
