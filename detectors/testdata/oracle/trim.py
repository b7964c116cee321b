"""Trims real streams and their reference values to testdata/oracle/real.json.gz: see GENERATE.md."""
import csv, gzip, json, sys
from collections import Counter

streams, oracles, out = sys.argv[1:4]
CHUNKS = {"car_loan": [0, 6, 9], "car_loan_dq": [2, 6, 9], "elec2": [0, 10, 16, 31], "car_price": [0, 6, 11], "cards_mc": [0, 6, 11]}
SKIP = {("car_loan", "debt_to_income_ratio"), ("car_loan_dq", "debt_to_income_ratio"), ("car_loan_dq", "driver_tenure"),
        ("car_loan_dq", "car_value"), ("cards_mc", "app_behavioral_score")}
TWO = ["ks_stat", "ks_p_asymp", "wasserstein", "wasserstein_norm_refstd", "chi2", "chi2_p", "chi2_dof", "js_distance_base2"]
PSI = ["psi", "psi_innerquantile", "js_base2_on_bins", "n_unseen"]

def rows(path):
    with gzip.open(path, "rt", encoding="utf-8", newline="") as f:
        return list(csv.DictReader(f))

def column(part, name, numeric):
    values = Counter(r[name] for r in part)
    missing = sum(values.pop(k, 0) for k in ("", "NaN", "nan"))
    keys = sorted(values, key=float) if numeric else sorted(values)
    return {"values": [float(k) if numeric else k for k in keys], "counts": [values[k] for k in keys], "missing": missing}

def expected(path, fields):
    with open(path, encoding="utf-8", newline="") as f:
        return {(r["chunk"], r["feature"]): {k: float(r[k]) for k in fields if r.get(k)} for r in csv.DictReader(f) if r["chunking"] == "count"}

result = []
for name, chunks in CHUNKS.items():
    schema = json.load(open(f"{streams}/{name}/schema.json"))
    reference, analysis = rows(f"{streams}/{name}/reference.csv.gz"), rows(f"{streams}/{name}/analysis.csv.gz")
    two = expected(f"{oracles}/{name}/two_sample.csv", TWO)
    psi = expected(f"{oracles}/{name}/psi.csv", PSI)
    size = schema["chunk_size"]
    for feature in schema["numeric"] + schema["categorical"]:
        if (name, feature) in SKIP:
            continue
        numeric = feature in schema["numeric"]
        entry = {"data_set": name, "feature": feature, "numeric": numeric, "reference": column(reference, feature, numeric), "chunks": []}
        for c in chunks:
            part = column(analysis[c * size:(c + 1) * size], feature, numeric)
            part["chunk"] = c
            part["expect"] = {**two[(str(c), feature)], **psi[(str(c), feature)]}
            entry["chunks"].append(part)
        result.append(entry)
with open(out, "wb") as raw, gzip.GzipFile(fileobj=raw, mode="wb", mtime=0, filename="") as f:
    f.write(json.dumps(result, ensure_ascii=False, separators=(",", ":")).encode())
