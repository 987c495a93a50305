"""Out-of-domain unlabelled data: learners from labelled and unlabelled points, their errors, and claims about them.

The world is that of the authors' poster: classes ``N(y mu, sigma^2 I_d)``, m labelled points, n unlabelled ones whose
mean is shifted. The learners are the labelled plug-in rule, the leading direction of the unlabelled points,
self-training, robust self-supervised training (module ``rss``), and, told their true errors, selected ones (module
``selection``).

Examples
--------
>>> from experiments.gaussian_mixture.ood_unlabeled.trained import LEARNERS
>>> sorted(LEARNERS)[:3]
['coin', 'erm_selected', 'pca']
"""
