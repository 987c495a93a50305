"""The figure of the toy simulator."""

SIMULATOR = "toy_simulator:SIMULATOR"


def data(store):
    return [(cell["index"], results["half"]) for cell, results in store.rows()]


def draw(data):
    from matplotlib.figure import Figure

    figure = Figure()
    figure.subplots().plot(*zip(*data, strict=True))
    return figure
