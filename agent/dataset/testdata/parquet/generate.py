"""Writes one table as CSV and as Parquet the way several writers do; see GENERATE.md."""

import decimal
import sys

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

out = sys.argv[1]


def table(seed, n, shift):
    r = np.random.default_rng(seed)
    some = lambda values: [None if i % 11 == 3 else v for i, v in enumerate(values)]
    micros = 1_704_067_200_000_000 + np.arange(n) * 3_600_000_000 + 250_000
    return pa.table({
        "id": pa.array(9_007_199_254_740_993 + np.arange(n), pa.int64()),
        "ts": pa.array(micros, pa.timestamp("us", tz="UTC")),
        "small": pa.array(r.integers(-5, 5, n), pa.int8()),
        "whole": pa.array(some([int(x) for x in r.integers(0, 1000, n) + shift]), pa.int64()),
        "unsigned": pa.array(r.integers(0, 2**32 - 1, n), pa.uint32()),
        "single": pa.array(r.normal(shift, 1, n).astype(np.float32)),
        "double": pa.array(some([float(x) for x in r.normal(shift, 1, n)])),
        "flag": pa.array(some([bool(x) for x in r.integers(0, 2, n)])),
        "color": pa.array(some([["red", "green", "blue"][x] for x in r.integers(0, 3, n)])).dictionary_encode(),
        "note": pa.array([f"row {x}" for x in r.integers(0, 9, n)]),
        "price": pa.array([decimal.Decimal(int(x)) / 100 for x in r.integers(-9999, 99999, n)], pa.decimal128(9, 2)),
        "wide": pa.array([decimal.Decimal(int(x)) * 10**12 / 10000 for x in r.integers(-9999, 99999, n)], pa.decimal128(30, 4)),
        "day": pa.array(r.integers(19000, 19009, n).astype(np.int32), pa.date32()),
        "empty": pa.nulls(n),
        "y_pred": pa.array(r.integers(0, 2, n), pa.int32()),
        "y_score": pa.array(r.random(n)),
        "label": pa.array(some([bool(x) for x in r.integers(0, 2, n)])),
    })


for name, seed, shift in [("ref", 1, 0), ("cur", 2, 1)]:
    t = table(seed, 120, shift)
    t.to_pandas(integer_object_nulls=True).to_csv(f"{out}/{name}.csv", index=False)
    t.to_pandas(types_mapper={pa.int64(): pd.Int64Dtype(), pa.bool_(): pd.BooleanDtype()}.get).to_parquet(f"{out}/{name}_pandas.parquet")
    if name == "ref":
        continue
    pq.write_table(t, f"{out}/cur_zstd.parquet", compression="zstd", data_page_version="2.0", row_group_size=50, data_page_size=256)
    pq.write_table(t, f"{out}/cur_gzip.parquet", compression="gzip", version="1.0", use_dictionary=False, store_schema=False)
    pq.write_table(t, f"{out}/cur_plain.parquet", compression="none", coerce_timestamps="ms", store_schema=False, write_statistics=False)
    pq.write_table(t, f"{out}/cur_spark.parquet", compression="snappy", flavor="spark", use_deprecated_int96_timestamps=True, store_decimal_as_integer=True)

pq.write_table(pa.table({
    "place": pa.array([{"city": "Ulm", "at": {"x": 1.5}}, None, {"city": None, "at": None}]),
    "tags": pa.array([["a"], [], None]),
    "x": pa.array([1, 2, 3]),
    "time": pa.array([-1, 0, 1_704_067_200_000_000_001], pa.timestamp("ns")),
    "clock": pa.array([1, 2, 3_600_000_000], pa.time64("us")),
    "bytes": pa.array([b"\xff", b"ok", b""]),
    "half": pa.array(np.array([1, 2, 3], np.float16)),
}), f"{out}/nested.parquet")
pq.write_table(pa.table({"id": pa.array([1, 2, 3]), "label": pa.array(["yes", None, "no"])}), f"{out}/labels.parquet")
pd.DataFrame({"x": np.zeros(0), "label": np.zeros(0, int)}).to_parquet(f"{out}/none_pandas.parquet", index=False)
