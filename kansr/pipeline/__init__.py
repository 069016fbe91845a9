"""The verbs of kansr: fit, resume, learn, extend, prune, load, predict. Each takes a run folder and leaves it whole.

The way of a fit: table -> problem -> graph -> functions -> formula -> run folder. A verb is loaded when it is asked
for: what a run says is shown without loading what found it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from kansr.later import names_of

if TYPE_CHECKING:
    from kansr.pipeline.checkpoint import check_resumable as check_resumable
    from kansr.pipeline.checkpoint import seconds_left as seconds_left
    from kansr.pipeline.continual import learn as learn
    from kansr.pipeline.continual import more_rows as more_rows
    from kansr.pipeline.kept import load as load
    from kansr.pipeline.kept import structure as structure
    from kansr.pipeline.predicted import Prediction as Prediction
    from kansr.pipeline.predicted import predict as predict
    from kansr.pipeline.verbs import extend as extend
    from kansr.pipeline.verbs import fit as fit
    from kansr.pipeline.verbs import prune as prune
    from kansr.pipeline.verbs import resume as resume
else:
    __getattr__ = names_of(
        __name__,
        {
            "checkpoint": ("check_resumable", "seconds_left"),
            "continual": ("learn", "more_rows"),
            "kept": ("load", "structure"),
            "predicted": ("Prediction", "predict"),
            "verbs": ("extend", "fit", "prune", "resume"),
        },
    )

__all__ = [
    "Prediction",
    "check_resumable",
    "extend",
    "fit",
    "learn",
    "load",
    "more_rows",
    "predict",
    "prune",
    "resume",
    "seconds_left",
    "structure",
]
