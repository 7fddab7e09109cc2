"""Run the graphs of a plug-in on musicnn's mel patches, through Essentia's TensorFlow."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np

from analysis.domain.loudness import Floats
from analysis.extractors.musicnn_tagger import Activations
from analysis.plugins import BrokenPlugin, Plugin, Stage

BATCH = 16


def activations(patches: Floats, plugin: Plugin) -> Activations:
    """Give what a plug-in says of each patch, shape (n_patches, n_labels).

    Raises
    ------
    BrokenPlugin : a graph cannot be run, or answers with another number of labels
    """
    values: Floats = patches[:, None]
    try:
        for stage in plugin.stages:
            values = _run(stage, values)
    except (RuntimeError, KeyError, ValueError) as error:
        raise BrokenPlugin(f"Its graph cannot be run: {str(error).splitlines()[0]}") from error
    values = values.reshape(len(patches), -1)
    if values.shape[1] != len(plugin.labels):
        raise BrokenPlugin(
            f"It gives {values.shape[1]} numbers, but has {len(plugin.labels)} labels."
        )
    if not np.isfinite(values).all():
        raise BrokenPlugin("It gives numbers that are none.")
    return Activations(
        model=plugin.name,
        version=plugin.version,
        labels=plugin.labels,
        values=values,
        embeddings=np.zeros((len(patches), 0), np.float32),
    )


def _run(stage: Stage, inputs: Floats) -> Floats:
    from essentia import Pool

    predictor = _predictor(stage)
    parts = []
    for start in range(0, len(inputs), BATCH):
        batch = inputs[start : start + BATCH]
        pool = Pool()
        pool.set(stage.input, np.ascontiguousarray(batch, np.float32))
        parts.append(predictor(pool)[stage.output].reshape(len(batch), 1, 1, -1))
    return np.concatenate(parts)


@cache
def _predictor(stage: Stage) -> Any:
    import essentia
    import essentia.standard as es

    essentia.log.infoActive = False
    essentia.log.warningActive = False
    return es.TensorflowPredict(
        graphFilename=str(stage.graph),
        inputs=[stage.input],
        outputs=[stage.output],
        isTrainingName=stage.training,
        squeeze=True,
    )
