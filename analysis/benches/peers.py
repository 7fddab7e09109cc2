"""What the pipeline is timed against, in a process of its own.

    python -m analysis.benches.peers MODELS_DIR

Reads one path a line, runs Essentia's MusicExtractor and then both musicnn models with default
settings, and answers with the seconds each took. Everything is loaded before the first file.
"""

import json
import sys
import time
from pathlib import Path
from typing import Any

from analysis.musicnn.weights import CHECKPOINTS

RATE_HZ = 16_000


def main() -> None:
    """Answer until the input closes."""
    import essentia
    import essentia.standard as es

    essentia.log.infoActive = False
    essentia.log.warningActive = False
    models = [
        es.TensorflowPredictMusiCNN(
            graphFilename=str(Path(sys.argv[1]) / f"{name}.pb"),
            isTrainingName="model/Placeholder_2",
        )
        for name in CHECKPOINTS
    ]
    print(json.dumps({"ready": True}), flush=True)
    for line in sys.stdin:
        path = line.rstrip("\n")
        try:
            started = time.perf_counter()
            es.MusicExtractor()(path)
            extracted = time.perf_counter()
            _tag(models, path)
            tagged = time.perf_counter()
        except RuntimeError as error:
            print(json.dumps({"error": str(error)}), flush=True)
            continue
        took = {"music_extractor_s": extracted - started, "musicnn_s": tagged - extracted}
        print(json.dumps(took), flush=True)


def _tag(models: list[Any], path: str) -> None:
    import essentia.standard as es

    mono = es.MonoLoader(filename=path, sampleRate=RATE_HZ)()
    for model in models:
        model(mono)


if __name__ == "__main__":
    main()
