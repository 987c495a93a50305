"""Losses that others wrote, held against the papers'. Each library is optional: without it these tests are skipped."""

import numpy as np
import pytest

from theory.engine.conformance.conform import conform


def checks(found):
    return {finding.check: finding.outcome for finding in found.findings}


class TestTorch:
    torch = staticmethod(lambda: pytest.importorskip("torch"))

    @pytest.mark.parametrize("reduction", ["none", "mean", "sum"])
    def test_cross_entropy(self, reduction):
        found = conform(self.torch().nn.CrossEntropyLoss(reduction=reduction), "comp_sum.cross_entropy")
        assert found.outcome == "conforms", found.text()
        assert found.setting["reduction"] == reduction
        assert found.setting["library"].startswith("torch")
        assert set(checks(found).values()) == {"agrees"}

    def test_softmax_before_cross_entropy_is_named(self):
        torch = self.torch()

        def model_with_softmax(scores, labels):
            return torch.nn.functional.cross_entropy(torch.softmax(scores, dim=1), labels)

        found = conform(model_with_softmax, "comp_sum.cross_entropy")
        assert found.diagnosis == ["softmax twice: probabilities were given where scores are expected"]

    def test_a_detached_value_has_no_gradient(self):
        torch = self.torch()

        def logged(scores, labels):
            return torch.nn.functional.cross_entropy(scores, labels).detach()

        found = conform(logged, "comp_sum.cross_entropy")
        assert checks(found)["value"] == "agrees"
        assert checks(found)["gradient"] == "differs"
        assert found.exit_status == 1

    def test_a_wrong_gradient_of_a_right_value(self):
        torch = self.torch()

        class Clipped(torch.autograd.Function):
            @staticmethod
            def forward(context, x):
                return x.clone()

            @staticmethod
            def backward(context, gradient):
                return gradient.clamp(-0.1, 0.1)

        def clipped(scores, labels):
            return torch.nn.functional.cross_entropy(Clipped.apply(scores), labels, reduction="sum")

        assert checks(conform(clipped, "comp_sum.cross_entropy"))["gradient"] == "differs"

    @pytest.mark.parametrize(
        ("function", "says"),
        [
            (lambda torch: lambda s, y: s.argmax(dim=1), "returned a tensor of int64"),
            (lambda torch: lambda s, y: s.detach().numpy().sum(), "a torch.Tensor is needed"),
            (
                lambda torch: lambda s, y: torch.empty(len(y), device="meta"),
                "on device 'meta'; the inputs are on 'cpu'",
            ),
            (lambda torch: lambda s, y: s, "returned shape (7, 3)"),
            (lambda torch: lambda s, y: s @ s, "raised RuntimeError"),
        ],
    )
    def test_what_cannot_be_compared(self, function, says):
        found = conform(function(self.torch()), "comp_sum.cross_entropy", library="torch")
        assert found.outcome == "differs"
        assert says in found.findings[0].detail


class TestOptax:
    def test_cross_entropy(self):
        optax = pytest.importorskip("optax")
        jit = pytest.importorskip("jax").jit  # each is called some hundred times
        found = conform(jit(optax.softmax_cross_entropy_with_integer_labels), "comp_sum.cross_entropy")
        assert found.outcome == "conforms", found.text()
        assert found.setting["library"].startswith("jax")
        onehot = conform(jit(optax.softmax_cross_entropy), "comp_sum.cross_entropy", labels="onehot")
        assert onehot.outcome == "conforms", onehot.text()

    def test_multiclass_hinge_is_that_of_crammer_and_singer(self):
        optax = pytest.importorskip("optax")
        hinge = pytest.importorskip("jax").jit(optax.losses.multiclass_hinge_loss)
        found = conform(hinge, "tewari_bartlett.crammer_singer")
        assert found.outcome == "conforms", found.text()
        assert conform(hinge, "tewari_bartlett.weston_watkins").diagnosis == [
            "the maximum in place of the sum: Crammer-Singer"
        ]

    def test_binary_losses(self):
        optax = pytest.importorskip("optax")
        assert conform(optax.hinge_loss, "hcons_binary.hinge").outcome == "conforms"
        assert conform(optax.losses.perceptron_loss, "hcons_binary.hinge").diagnosis == [
            "the margin 1 is missing: the perceptron loss"
        ]
        logistic = conform(optax.sigmoid_binary_cross_entropy, "hcons_binary.logistic", labels="zero-one")
        assert set(checks(logistic).values()) == {"agrees"}
        wrong_labels = conform(optax.hinge_loss, "hcons_binary.hinge", labels="zero-one")
        assert wrong_labels.diagnosis == ["labels 0 and 1 are used where -1 and 1 are meant"]


def test_hinges_of_torch_are_averaged_over_the_classes():
    torch = pytest.importorskip("torch")
    found = conform(torch.nn.MultiMarginLoss(), "tewari_bartlett.weston_watkins")
    assert found.diagnosis == ["the mean over the classes in place of the sum: 1/n times the loss"]

    def summed(scores, labels):
        return torch.nn.functional.multi_margin_loss(scores, labels) * scores.shape[1]

    assert conform(summed, "tewari_bartlett.weston_watkins").outcome == "conforms"


def test_the_soft_margin_loss_of_torch_overflows():
    torch = pytest.importorskip("torch")
    found = conform(torch.nn.SoftMarginLoss(), "hcons_binary.logistic")
    assert found.outcome == "conforms"
    assert checks(found)["float32"] == "limited"
    stable = conform(torch.nn.BCEWithLogitsLoss(), "hcons_binary.logistic", labels="zero-one")
    assert set(checks(stable).values()) == {"agrees"}


def test_losses_of_libauc():
    losses = pytest.importorskip("libauc.losses")
    found = conform(losses.CrossEntropyLoss(), "hcons_binary.logistic", labels="zero-one", library="torch")
    assert found.outcome == "conforms", found.text()


FOCAL = "learning_in_imperfect_environment.focal"
BALANCED = "learning_in_imperfect_environment.balanced_focal"
MULTI_FOCAL = "learning_in_imperfect_environment.multi_focal"
MASK = "singing_voice_separation_using.mask_cross_entropy"
SYMMETRIC = "robust_mean_teacher_for.symmetric_cross_entropy"


class TestFocalLosses:
    def test_that_of_optax(self):
        optax, jit = pytest.importorskip("optax"), pytest.importorskip("jax").jit  # called some hundred times
        focal = jit(optax.losses.sigmoid_focal_loss)
        plain = conform(focal, FOCAL)
        assert plain.outcome == "conforms", plain.text()
        weighed = conform(focal, BALANCED, keywords={"alpha": 0.25})
        assert weighed.outcome == "conforms", weighed.text()

        @jit
        def of_many_labels(scores, labels):
            return optax.losses.sigmoid_focal_loss(scores, labels, gamma=2.0).sum(axis=1)

        both = {"positive_focus": 2, "negative_focus": 2}
        assert conform(of_many_labels, MULTI_FOCAL, parameters=both).outcome == "conforms"
        assert conform(of_many_labels, MULTI_FOCAL).outcome == "differs"

    def test_that_of_libauc_weighs_the_wrong_labels_and_mixes_the_batch(self):
        """Its alpha is that of the negatives, and weights of shape (n,) meet losses of shape (n, 1)."""
        losses = pytest.importorskip("libauc.losses")
        found = conform(losses.FocalLoss(alpha=0.25, gamma=2), BALANCED, library="torch")
        assert found.diagnosis == [
            "alpha weighs the negatives and 1 - alpha the positives: the reverse",
            "besides, the examples of a batch are mixed: each alone gives another number",
        ]
        exchanged = conform(losses.FocalLoss(alpha=0.75, gamma=2), BALANCED, library="torch")
        assert exchanged.diagnosis == ["each example alone is right; together in a batch they are not"]

    def test_multi_label_losses_of_torch_have_no_focus(self):
        torch = pytest.importorskip("torch")
        found = conform(torch.nn.MultiLabelSoftMarginLoss(), MULTI_FOCAL)
        assert found.diagnosis == ["no focus at all, and the mean over the classes"]

        def summed(scores, labels):
            return torch.nn.functional.binary_cross_entropy_with_logits(scores, labels, reduction="none").sum(1)

        none = {"positive_focus": 0, "negative_focus": 0}
        assert conform(summed, MULTI_FOCAL, parameters=none).outcome == "conforms"


class TestMasks:
    def test_cross_entropy_of_logits(self):
        torch = pytest.importorskip("torch")
        for loss in (torch.nn.BCEWithLogitsLoss(), torch.nn.BCEWithLogitsLoss(reduction="none")):
            found = conform(loss, MASK)
            assert found.outcome == "conforms", found.text()
            assert set(checks(found).values()) == {"agrees"}

        def of_probabilities(scores, masks):
            return torch.nn.functional.binary_cross_entropy_with_logits(torch.sigmoid(scores), masks)

        assert conform(of_probabilities, MASK).diagnosis == [
            "probabilities handed to a loss that takes logits, so that the sigmoid is applied twice"
        ]

    def test_a_sigmoid_before_cross_entropy_saturates_in_single_precision(self):
        torch = pytest.importorskip("torch")

        def saturated(scores, masks):
            return torch.nn.functional.binary_cross_entropy(torch.sigmoid(scores), masks)

        found = conform(saturated, MASK)
        assert checks(found)["value"] == checks(found)["gradient"] == "agrees"
        assert checks(found)["float32"] == "differs"

    def test_that_of_optax(self):
        optax = pytest.importorskip("optax")
        assert conform(optax.sigmoid_binary_cross_entropy, MASK).outcome == "conforms"


class TestPairs:
    def test_the_pairwise_loss_of_libauc_is_in_nats_and_overflows(self):
        torch = pytest.importorskip("torch")
        loss = pytest.importorskip("libauc.losses").PairwiseAUCLoss(surr_loss="logistic")

        def pairs(positives, negatives):
            labels = torch.cat([torch.ones_like(positives), torch.zeros_like(negatives)])
            return loss(torch.cat([positives, negatives]), labels)

        found = conform(pairs, "mw_auc.mann_whitney")
        assert checks(found)["value"] == checks(found)["gradient"] == checks(found)["shift"] == "agrees"
        assert checks(found)["float32"] == "differs"  # log(1 + exp(-t)): infinite at score differences of 89
        assert conform(pairs, "mw_auc.mann_whitney_bits").diagnosis == [
            "the natural logarithm whatever the base; then it does not bound 1 - AUC"
        ]

    def test_contrastive_losses_by_cross_entropy(self):
        torch = pytest.importorskip("torch")

        def by_torch(positives, negatives, temperature=0.5):
            logits = torch.cat([positives[:, None], negatives], dim=1) / temperature
            return torch.nn.functional.cross_entropy(logits, torch.zeros(len(logits), dtype=torch.long))

        found = conform(by_torch, "mw_auc.infonce", passes={"temperature": "temperature"})
        assert found.outcome == "conforms", found.text()

    def test_the_ranking_loss_of_optax(self):
        optax = pytest.importorskip("optax")
        jax = pytest.importorskip("jax")

        @jax.jit
        def by_optax(positives, negatives):
            logits = jax.numpy.concatenate([positives[:, None], negatives], axis=1) / 0.5
            relevance = jax.numpy.zeros_like(logits).at[:, 0].set(1)
            return optax.losses.ranking_softmax_loss(logits, relevance)

        found = conform(by_optax, "mw_auc.infonce")
        assert found.outcome == "conforms", found.text()

    @staticmethod
    def of_similarities(loss):
        """A loss of pytorch_metric_learning on given similarities: inner products with unit vectors."""
        torch = pytest.importorskip("torch")

        def called(positives, negatives):
            rows = torch.cat([positives[:, None], negatives], dim=1)
            width = rows.shape[1]
            labels = torch.zeros(len(rows), dtype=torch.long)
            unit = torch.eye(width, dtype=rows.dtype)
            return loss(rows, labels, ref_emb=unit, ref_labels=torch.arange(width))

        return called

    def test_those_of_pytorch_metric_learning_lose_large_and_small_losses(self):
        losses = pytest.importorskip("pytorch_metric_learning.losses")
        distances = pytest.importorskip("pytorch_metric_learning.distances")
        given = distances.DotProductSimilarity(normalize_embeddings=False)
        for loss in (losses.NTXentLoss, losses.SupConLoss):  # with one positive a query they are the same
            found = conform(self.of_similarities(loss(temperature=0.5, distance=given)), "mw_auc.infonce")
            outcomes = checks(found)
            assert outcomes["value"] == outcomes["gradient"] == outcomes["shift"] == "agrees", found.text()
            # NTXentLoss takes the logarithm after dividing, SupConLoss leaves losses that round to 0 out of its mean
            assert outcomes["float32"] == "differs"
        wrong = conform(self.of_similarities(losses.NTXentLoss(temperature=2, distance=given)), "mw_auc.infonce")
        assert wrong.diagnosis == ["multiplies by the temperature instead of dividing (the same at temperature 1)"]


class TestTeachers:
    def test_cross_entropy_with_probabilities_is_one_half_of_it(self):
        torch = pytest.importorskip("torch")
        cross_entropy = torch.nn.functional.cross_entropy
        assert conform(cross_entropy, SYMMETRIC).diagnosis == ["the forward part alone, which is plain cross-entropy"]

        def both(scores, teacher):
            return cross_entropy(scores, teacher) + cross_entropy(teacher.log(), scores.softmax(1))

        found = conform(both, SYMMETRIC, library="torch")
        assert found.outcome == "conforms", found.text()

    @pytest.mark.parametrize(
        ("reduction", "says"),
        [
            ("batchmean", "the divergence of the student from the teacher alone, KL(q, p)"),
            ("mean", "KL(q, p) alone, and divided by the number of classes (the mean over all entries of kl_div)"),
        ],
    )
    @pytest.mark.filterwarnings("ignore:reduction.*:UserWarning")
    def test_divergences_are_not_cross_entropies(self, reduction, says):
        torch = pytest.importorskip("torch")
        loss = torch.nn.KLDivLoss(reduction=reduction)
        found = conform(lambda s, q: loss(s.log_softmax(1), q), SYMMETRIC, library="torch")
        assert found.diagnosis == [says]

    def test_that_of_optax(self):
        optax = pytest.importorskip("optax")
        jax = pytest.importorskip("jax")

        @jax.jit
        def both(scores, teacher):
            forward = optax.softmax_cross_entropy(scores, teacher)
            return forward + optax.softmax_cross_entropy(jax.numpy.log(teacher), jax.nn.softmax(scores))

        assert conform(both, SYMMETRIC).outcome == "conforms"
        backward = conform(lambda s, q: optax.kl_divergence(jax.nn.log_softmax(s), q), SYMMETRIC)
        assert backward.diagnosis == ["the divergence of the student from the teacher alone, KL(q, p)"]


class TestScikitLearn:
    """Metrics, whose gradients are central differences; confidences are rounded before the metric sees them."""

    @staticmethod
    def softmax(scores):
        weights = np.exp(scores - scores.max(axis=1, keepdims=True))
        return weights / weights.sum(axis=1, keepdims=True)

    def test_proper_scores(self):
        metrics = pytest.importorskip("sklearn.metrics")

        def brier(scores, labels, halved=False):
            classes = np.arange(scores.shape[1])
            return metrics.brier_score_loss(labels, self.softmax(scores), labels=classes, scale_by_half=halved)

        def log_loss(scores, labels):
            return metrics.log_loss(labels, self.softmax(scores), labels=np.arange(scores.shape[1]))

        found = conform(brier, "h_calibration.brier_score", library="numpy")
        assert found.outcome == "conforms", found.text()
        halved = conform(lambda s, y: brier(s, y, True), "h_calibration.brier_score", library="numpy")
        assert halved.diagnosis == ["half the loss"]
        clipped = checks(conform(log_loss, "h_calibration.log_score", library="numpy"))
        assert clipped["value"] == clipped["minimum"] == "agrees"
        assert clipped["float32"] == "differs"  # probabilities are clipped at the precision of their dtype

    def test_f_scores_count_hard_predictions(self):
        metrics = pytest.importorskip("sklearn.metrics")

        def hard(probabilities, labels):
            return 1 - metrics.f1_score(labels > 0.5, probabilities >= 0.5)

        assert conform(hard, "anyloss.f1", library="numpy").diagnosis == [
            "counts hard predictions p >= 1/2, which have no gradient"
        ]

    def test_discounted_gain(self):
        metrics = pytest.importorskip("sklearn.metrics")

        def gain(gains):
            order = np.arange(gains.shape[1], 0, -1)[None]
            return np.array([1 - metrics.ndcg_score(row[None], order) for row in gains])

        found = conform(gain, "rankmixup.gain", library="numpy")
        assert found.outcome == "conforms", found.text()


def test_the_margin_ranking_loss_of_torch_on_confidences():
    torch = pytest.importorskip("torch")

    def ranked(scores, mixed, margin=0.25):
        raw, other = (torch.softmax(rows, dim=1).amax(dim=1) for rows in (scores, mixed))
        return torch.nn.functional.margin_ranking_loss(raw, other, torch.ones_like(raw), margin=margin)

    found = conform(ranked, "rankmixup.ranking", passes={"margin": "margin"})
    assert found.outcome == "conforms", found.text()
    assert conform(lambda s, m: ranked(m, s), "rankmixup.ranking", library="torch").diagnosis == [
        "raw and mixed exchanged, so that mixed samples are asked to be the confident ones"
    ]


@pytest.mark.parametrize(
    ("standardise", "says"),
    [
        (lambda torch, s: torch.layer_norm(s, (s.shape[1],)), "1e-5 added to the variance"),
        (lambda torch, s: (s - s.mean(1, keepdim=True)) / s.std(1, keepdim=True), "ddof = 1"),
        (lambda torch, s: torch.layer_norm(s, (s.shape[1],), eps=0.0), ""),
    ],
)
def test_z_scores_of_torch(standardise, says):
    torch = pytest.importorskip("torch")

    def z_loss(scores, labels):
        own = standardise(torch, scores).gather(1, labels[:, None])[:, 0]
        return torch.nn.functional.softplus(0.5 - own, beta=2)

    found = conform(z_loss, "z_loss.z_loss", library="torch")
    assert (found.outcome == "conforms") == (not says)
    assert not says or any(says in item for item in found.diagnosis), found.text()


def test_squared_errors_are_summed_averaged_or_halved():
    torch = pytest.importorskip("torch")
    optax = pytest.importorskip("optax")
    jax = pytest.importorskip("jax")

    def averaged(scores, labels):
        return torch.nn.functional.mse_loss(scores, torch.nn.functional.one_hot(labels, scores.shape[1]).to(scores))

    def optax_error(scores, onehot):
        return optax.squared_error(scores, onehot).sum(axis=1)

    assert conform(averaged, "z_loss.squared_error", library="torch").diagnosis == [
        "the mean over the classes in place of the sum"
    ]
    assert conform(optax_error, "z_loss.squared_error", labels="onehot", library="jax").outcome == "conforms"
    halved = conform(
        lambda s, y: optax.l2_loss(s, jax.nn.one_hot(y, s.shape[1], dtype=s.dtype)).sum(axis=1),
        "z_loss.squared_error",
        library="jax",
    )
    assert halved.diagnosis == ["halved: half the squared error"]


def test_the_hinge_of_crammer_and_singer_is_the_limit_of_the_robust_loss():
    optax = pytest.importorskip("optax")
    torch = pytest.importorskip("torch")
    assert conform(optax.losses.multiclass_hinge_loss, "ldr.ldr_max").outcome == "conforms"
    assert conform(torch.nn.MultiMarginLoss(), "ldr.ldr_max").diagnosis == [
        "the mean over the classes of the hinges in place of their maximum"
    ]


class TestPlantedByHand:
    """One wrong implementation in PyTorch for each layout of inputs."""

    def test_points_of_a_ball(self):
        torch = pytest.importorskip("torch")

        def without_squares(points, centres, c=0.5):
            gap = ((points - centres) ** 2).sum(1)
            below = [1 - (c * (x**2).sum(1)).sqrt() for x in (points, centres)]
            return torch.acosh(1 + 2 * c * gap / (below[0] * below[1])) / c**0.5

        found = conform(without_squares, "hypoc.distance", library="torch")
        assert found.diagnosis == ["norms instead of squared norms below the fraction"]

    def test_a_number_beside_each_example(self):
        torch = pytest.importorskip("torch")

        def added(scores, labels, variances):
            weights = torch.exp(0.3 * variances) + 0.3
            return (weights * torch.nn.functional.cross_entropy(scores, labels, reduction="none")).mean()

        assert conform(added, "bias_loss_for_mobile.bias_loss").diagnosis == ["beta added to the exponential"]

        def averaged_apart(scores, labels, likelihoods):
            return (0.5 + (1 - likelihoods) ** 2).mean() * torch.nn.functional.cross_entropy(scores, labels)

        found = conform(averaged_apart, "datasetequity.weighted_cross_entropy")
        assert found.diagnosis == ["each example alone is right; together in a batch they are not"]

    def test_a_batch_of_probabilities(self):
        torch = pytest.importorskip("torch")

        def soft_dice(probabilities, labels):
            return 1 - 2 * (probabilities * labels).sum() / torch.add(probabilities.sum(), labels.sum())

        found = conform(soft_dice, "anyloss.f1")
        assert found.diagnosis == ["sums the probabilities themselves (the soft F-beta without the amplifier)"]

    def test_scores_and_labels(self):
        torch = pytest.importorskip("torch")

        def of_largest_two(scores, labels):
            top = torch.softmax(scores, dim=1).topk(2).values
            return top[:, 0] - top[:, 1]

        assert conform(of_largest_two, "pma.probability_margin").diagnosis == [
            "the largest probability less the second largest, whatever the label: never negative"
        ]

        def multiplied(scores, labels):
            confidence, predicted = torch.softmax(1.5 * scores, dim=1).max(dim=1)
            return (confidence - (predicted == labels).to(scores)) ** 2

        assert conform(multiplied, "correctness_calibration.correctness").diagnosis == [
            "scores multiplied by the temperature instead of divided"
        ]

        def label_left_out(scores, labels):
            gaps = scores - scores.gather(1, labels[:, None]) + 0.25
            others = gaps.scatter(1, labels[:, None], -torch.inf)
            return 0.5 * (torch.logsumexp(others / 0.5, dim=1) - np.log(scores.shape[1] - 1))

        assert conform(label_left_out, "ldr.ldr_kl", library="torch").diagnosis == [
            "the mean runs over the other classes only"
        ]

    def test_a_score_and_a_sign(self):
        torch = pytest.importorskip("torch")

        def jump(scores, signs):
            z = signs * scores
            return torch.where(z <= 1, 1 - z, -torch.log1p(z.clamp(min=1)))

        found = conform(jump, "ensloss.log_hinge")
        assert found.diagnosis == ["``-log(1 + z)`` beyond the margin 1: a jump by -log 2 and half the slope"]
