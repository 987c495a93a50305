r"""DatasetEquity (paper ``datasetequity``): samples weighted by how likely they are in their dataset.

The weight, as usually quoted, is ``eta + (1-p)^gamma``. It decreases in the likelihood p for gamma > 0 (proved); with
gamma = 0 allowed that is refuted, because the weight is then the constant eta + 1 (proved). It is at most eta + 1
(proved, p < 1). At p = 1 and gamma = 0 the power 0^0 is a convention (the numbers take 1), and claims that allow
gamma = 0 leave p = 1 out.

Claims: `claims_datasetequity_weight`. Numbers: `sample_weight.sample_weight`. Exact loss and known slips:
`datasetequity_expressions`.
"""
