"""Measures `anchorwatch compare` beside Evidently's default preset, on the same data in the same run. See README.md."""

import argparse
import os
import pathlib
import re
import resource
import statistics
import subprocess
import sys
import tempfile
import time
import venv

HERE = pathlib.Path(__file__).resolve().parent
REPOSITORY = HERE.parent.parent
EVIDENTLY = "evidently==0.7.23"


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--python", help="a Python that has evidently; without it a virtual environment is made in .venv beside this file")
    parser.add_argument("--rows", type=int, default=10_000)
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    python = options.python or environment()
    with tempfile.TemporaryDirectory() as folder:
        binary = f"{folder}/anchorwatch"
        run(["go", "build", "-trimpath", "-o", binary, "./cmd/anchorwatch"], cwd=REPOSITORY, env=os.environ | {"CGO_ENABLED": "0"})
        run([python, HERE / "report.py", "data", folder, str(options.rows)])
        reference, current = f"{folder}/reference.csv", f"{folder}/current.csv"
        theirs, inside, ours, cpu = [], [], [], []
        for number in range(options.rounds):
            seconds, _, output = timed([python, HERE / "report.py", "run", reference, current])
            theirs.append(seconds)
            inside.append(float(output))
            for _ in range(10):  # a run is short: it is done more often
                seconds, used, _ = timed([binary, "compare", "--json", reference, current])
                ours.append(seconds)
                cpu.append(used)
            print(f"round {number + 1}: evidently {theirs[-1]:.2f} s, of which report.run {inside[-1]:.2f} s; anchorwatch {statistics.median(ours[-10:]) * 1000:.0f} ms")
        library = benchmark()
    process, report, whole = map(statistics.median, (theirs, inside, ours))
    print(f"""
median of {options.rounds} rounds, {options.rows} x 25 against {options.rows} x 25:
  evidently    whole process {process:7.2f} s   report.run alone {report:7.2f} s
  anchorwatch  whole process {whole * 1000:7.1f} ms  Compare alone    {library * 1000:7.1f} ms   CPU of the process {statistics.median(cpu) * 1000:.1f} ms
ratio
  process against process                      {process / whole:6.0f}
  their report.run against our whole process   {report / whole:6.0f}
  their report.run against our Compare         {report / library:6.0f}""")
    return 0 if process / whole >= 100 else 1


def environment():
    """Makes a virtual environment with Evidently, once."""
    folder = HERE / ".venv"
    python = folder / "bin" / "python"
    if not python.exists():
        venv.create(folder, with_pip=True)
        run([python, "-m", "pip", "install", "--quiet", EVIDENTLY])
    return str(python)


def benchmark():
    """Returns the seconds of dataset.Compare, once the files are read: Go's own benchmark, on a table of the same shape."""
    command = ["go", "test", "./agent/dataset", "-run", "^$", "-bench", "^BenchmarkCompare$", "-count", "3"]
    output = subprocess.run(command, cwd=REPOSITORY, check=True, capture_output=True, text=True).stdout
    return statistics.median(float(n) for n in re.findall(r"BenchmarkCompare\S*\s+\d+\s+([\d.]+) ns/op", output)) / 1e9


def run(command, **options):
    subprocess.run([str(part) for part in command], check=True, **options)


def timed(command):
    """Returns the wall time, the CPU time and the output of a command."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    start = time.perf_counter()
    output = subprocess.run([str(part) for part in command], check=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True).stdout
    seconds = time.perf_counter() - start
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return seconds, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, output


if __name__ == "__main__":
    sys.exit(main())
