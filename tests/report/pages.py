"""A page as plain records, with names that a careless page would run."""

from dataclasses import replace

from kansr.report.page import Constant, Dependence, Page, Scatter, Stage, Written

SCRIPT, QUOTE, IMAGE = "<script>alert(1)</script>", 'x"y', "<img src=x onerror=alert(2)>"


def written(text, size, error):
    """Give a formula with one error on all parts of the rows."""
    return Written(text=text, mathml=f"<math><mi>{size}</mi></math>", complexity=size, rmse=(error,) * 3)


def a_page(**changes):
    """Give the page of a run that saw two columns, with something in every part of it."""
    front = (written("1.85", 1, 1.2), written("1.63*x_y + 1.846", 5, 0.9), written("sin(x_y)", 2, 0.0))
    page = Page(
        run="evil-001",
        version="0.1.0",
        command=f"kansr fit '{SCRIPT}.csv' --recipe runs/evil-001/recipe.yaml",
        recipe=f"table: {{target: '{IMAGE}'}}",
        python=f'def f(x):\n    """{SCRIPT}"""',
        latex=rf"\text{{{SCRIPT}}}",
        target=IMAGE,
        units={IMAGE: "<s>", QUOTE: "m"},
        verdict="noise",
        why="",
        noise=f"absolute, 0.1 ({SCRIPT})",
        crossed=False,
        status="timeout",
        seconds=3.21,
        formula=front[2],
        spread=1.0,
        network_error=0.01,
        r2=0.98,
        chi2=None,
        symbols={"x_y": QUOTE, "script": SCRIPT},
        named={"g": 9.81},
        fitted=(Constant(text="2.0", error=0.012, unit="m"), Constant(text="0.5", error=float("inf"))),
        stability={"repeats": 3, "same": 2, "constants": {"2.0": 0.01}, "others": [{"formula": SCRIPT, "times": 1}]},
        rivals=(written(f"{SCRIPT} + 1", 3, 0.1),),
        front=front,
        chosen=2,
        hand=(f"{SCRIPT} -> h1 is sin",),
        learned=(f"{SCRIPT}: 10 new rows",),
        warnings=(f"the column {IMAGE} holds one value",),
        width=(2, 1),
        grid=5,
        network=a_network(),
        history=tuple(
            Stage(stage="extend", grid=g, parameters=2 * g, train=1 / g, validation=2 / g, seconds=0.1) for g in (3, 5)
        ),
        structure=a_structure(),
        scatter=Scatter(
            of=5000,
            part=[0, 1, 2, 0],
            measured=[1.0, 2.0, 3.0, 4.0],
            predicted=[1.1, None, 2.9, 4.0],
            columns={SCRIPT: [0.0, 1.0, 2.0, 3.0], QUOTE: [5.0, 5.0, 5.0, 5.0]},
        ),
        dependence=(
            Dependence(column=QUOTE, x=[0, 1, 2], mean=[1.0, None, 3.0], low=[0.0, None, 2.0], high=[2.0, None, 4.0]),
        ),
        card=a_card(),
    )
    return replace(page, **changes)


def a_network():
    """Give a drawing of two edges, one with a function."""
    edge = {"target": 2, "attribution": 0.5, "x": [0.0, 1.0, 2.0], "y": [0.0, 1.0, 4.0]}
    return {
        "names": [SCRIPT, QUOTE, IMAGE],
        "inputs": 2,
        "layers": [0, 0, 1],
        "products": [2],
        "edges": [
            {**edge, "source": 0, "label": "spline", "fitted": None, "misfit": None},
            {**edge, "source": 1, "label": f"({QUOTE})**2", "fitted": [0.0, 1.0, 4.1], "misfit": 0.01},
        ],
    }


def a_structure():
    """Give an account of a search, as `kansr.structure.account` gives it."""
    tried = {"way": "sum", "target": IMAGE, "graph": f"({SCRIPT} + {QUOTE})", "chosen": False, "verdict": "wrong"}
    return {
        "graph": f"({SCRIPT})",
        "tree": {"node": IMAGE, "kind": "product", "into": [{"node": SCRIPT}, {"node": QUOTE}]},
        "inputs": [
            {"column": SCRIPT, "influence": 0.5, "used": True},
            {"column": QUOTE, "influence": None, "used": False},
        ],
        "error_of_dense_network": 0.02,
        "coordinates": [{"coordinate": f"{SCRIPT} - {QUOTE}", "misfit": 0.0}],
        "trees": [{"tree": SCRIPT, "joins": [{"columns": [SCRIPT, QUOTE], "largest_t": 0.1, "error_of_t": 0.01}]}],
        "tried": [
            {**tried, "staircase": [[3, 0.5], [5, None]], "slope": None, "floor": None},
            {**tried, "staircase": [[3, 0.5], [5, 0.1]], "slope": 3.9, "floor": 0.1, "chosen": True},
        ],
    }


def a_card():
    """Give a data card."""
    numbers = {"min": 0.0, "max": 5.0, "mean": 1.0, "sd": None, "distinct": 4}
    return {
        "source": f"/data/{SCRIPT}.csv",
        "sha256": "0" * 64,
        "rows": 5000,
        "columns": [
            {"name": SCRIPT, "role": "feature", "unit": None, **numbers},
            {"name": IMAGE, "role": "target", "unit": "<s>", **numbers},
        ],
        "split": {"train": 3500, "validation": 750, "test": 750},
    }
