"""The report: everything a run found, as one HTML page that needs no network.

  Run, Found, Tried == a run of all claims, what it found of each, by which kind of evidence
  read_run(path)    == the Run in a file of `linreg-theory verify --json`, or one line why not
  run_of(content)   == the same of plain data
  write(run, ...)   == the page of a run with its figures, as a file in a folder
  steps()           == what `write` does, step by step, by name
  summary(run)      == one sentence: how many verdicts stand
  NAME              == the name of the file

Facts are gathered first, as typed data; templates only arrange them.
"""

from linreg_theory.report.page import NAME
from linreg_theory.report.run import Found, Run, Tried, read_run, run_of
from linreg_theory.report.writing import steps, summary, write

__all__ = [
    "NAME",
    "Found",
    "Run",
    "Tried",
    "read_run",
    "run_of",
    "steps",
    "summary",
    "write",
]
