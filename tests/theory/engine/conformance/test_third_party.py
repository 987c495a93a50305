"""Losses that others wrote, held against the papers'. Each library is optional: without it these tests are skipped."""

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
        found = conform(optax.softmax_cross_entropy_with_integer_labels, "comp_sum.cross_entropy")
        assert found.outcome == "conforms", found.text()
        assert found.setting["library"].startswith("jax")
        onehot = conform(optax.softmax_cross_entropy, "comp_sum.cross_entropy", labels="onehot")
        assert onehot.outcome == "conforms", onehot.text()

    def test_multiclass_hinge_is_that_of_crammer_and_singer(self):
        optax = pytest.importorskip("optax")
        found = conform(optax.losses.multiclass_hinge_loss, "tewari_bartlett.crammer_singer")
        assert found.outcome == "conforms", found.text()
        assert conform(optax.losses.multiclass_hinge_loss, "tewari_bartlett.weston_watkins").diagnosis == []

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
