# Writes multivariate.json: NannyML's reconstruction error of the features of each set beside, chunk by chunk.
import json, logging, sys, warnings
import numpy as np, pandas as pd
from nannyml import DataReconstructionDriftCalculator
warnings.filterwarnings("ignore"); logging.disable(logging.CRITICAL)

sets = {"car_loan_dq": 400, "car_price": 400, "cards_mc": 400, "elec2": 500}
outputs = ("id", "ts_ms", "y_pred", "y_score", "label", "label_ts_ms", "proba_")
found = {"generator": "generate_multivariate.py: nannyml 0.13.1, scikit-learn 1.9.1, numpy 2.4.6", "sets": []}
for name, rows in sets.items():
    ref, cur = (pd.read_csv(f"{name}.{part}.csv.gz") for part in ("reference", "analysis"))
    features = [c for c in ref.columns if not c.startswith(outputs)]
    for t in (ref, cur):
        for c in features:
            if not pd.api.types.is_numeric_dtype(ref[c]) or ref[c].dtype == bool:
                t[c] = pd.Series([np.nan if pd.isna(v) else v for v in t[c]], dtype=object)
    calc = DataReconstructionDriftCalculator(column_names=features, chunk_size=rows)
    calc.fit(ref.copy())
    got = calc.calculate(cur.copy()).filter(period="analysis").to_df()["reconstruction_error"]
    found["sets"].append({"name": name, "chunk_rows": rows, "values": list(got["value"]), "sampling_errors": list(got["sampling_error"])})
json.dump(found, open("multivariate.json", "w"), indent=1)
