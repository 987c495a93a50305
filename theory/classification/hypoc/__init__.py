r"""Hyp-OC (paper ``hypoc``): the geometry of the Poincare ball that its one-class losses are built on.

Conventions, as usually quoted: ball of curvature -c with the metric factor 2, so that the exponential map at the centre
takes v to a point at distance 2 |v|. The losses themselves are not decided here: their form was not read. Decided, in
every dimension, because only inner products enter:

- ``arcosh(1 + 2|x-y|^2/((1-|x|^2)(1-|y|^2))) = 2 artanh |(-x) + y|`` with the Moebius sum (`claims_hypoc_distance`);
- translations keep the ball and all distances, and the triangle inequality (`claims_hypoc_metric`);
- the length of the exponential map, and that numbers with p bits below 1 reach distances below (p+1) log 2 only: 37.43
  in double and 17.33 in single precision (`claims_hypoc_exponential`).

Each is proved in the inner products or norms alone; what joins them to points and maps (the definitions written out,
any middle point translated to the centre) stands in their assumptions and is prose. One reference distance is certified
to twelve digits. Numbers: `poincare.distance`, ``moebius_sum``,
``exponential_map``, ``logarithmic_map``, ``largest_distance``. Exact distance and known slips: `hypoc_expressions`.
"""
