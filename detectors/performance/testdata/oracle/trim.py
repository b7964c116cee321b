"""Trims the shared reference streams and values to what these tests need. Usage: trim.py DATA OUT

DATA holds streams/<set>/{reference,analysis}.csv.gz and oracles/<set>/performance.csv; see README.md.
"""
import csv
import gzip
import io
import json
import shutil
import sys

data, out = sys.argv[1:]
CHUNKS = {"car_loan": 5, "car_price": 3, "cards_mc": 4, "elec2": 99}


def rows(path):
    return list(csv.DictReader(io.TextIOWrapper(gzip.open(path))))


for name, chunks in CHUNKS.items():
    schema = json.load(open(f"{data}/streams/{name}/schema.json"))
    analysis = rows(f"{data}/streams/{name}/analysis.csv.gz")[: chunks * schema["chunk_size"]]
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    proba = ["proba_" + c for c in schema["classes"]] if schema["kind"] == "multiclass" else []
    scores = ["y_score"] if schema["kind"] == "binary" else proba
    writer.writerow(["part", "y_pred", *scores, "label"])
    for part, source in (("reference", rows(f"{data}/streams/{name}/reference.csv.gz")), ("analysis", analysis)):
        for row in source:
            label = row["label"] if row["label_ts_ms"] else ""
            writer.writerow([part[0], row["y_pred"], *(row[s] for s in scores), label])
    with open(f"{out}/{name}.csv.gz", "wb") as f:
        with gzip.GzipFile(fileobj=f, mode="wb", mtime=0, filename="") as z:
            z.write(text.getvalue().encode())
    with open(f"{data}/oracles/{name}/performance.csv") as f:
        want = [r for r in csv.DictReader(f) if r["chunking"] == "reference" or r["chunking"] == "count" and int(r["chunk"]) < chunks]
    with open(f"{out}/{name}.performance.csv", "w", newline="") as f:
        w = csv.DictWriter(f, want[0].keys(), lineterminator="\n")
        w.writeheader()
        w.writerows(want)
for name in ("binary_metrics", "regression_metrics"):
    shutil.copy(f"{data}/oracles/micro/{name}.json", f"{out}/{name}.json")
with open(f"{data}/oracles/cards_mc/confusion.csv") as f, open(f"{out}/cards_mc.confusion.csv", "w") as g:
    g.writelines(line for line in f if line.startswith(("chunking", "reference")))
