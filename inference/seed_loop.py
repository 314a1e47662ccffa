"""The loop of the projects that this one began with, to be measured against.

One frame at a time: base64 text to a picture, Haar's cascade (1.2 and 6 neighbours), and Keras'
predict() of a ResNet-50 at 224 px, without sockets or a database. Run it in a process of its
own: python -m inference.seed_loop
"""

from __future__ import annotations

import base64
import json
import time
from typing import Final

import cv2
import numpy as np

from inference.bench import make_frame
from inference.labels import EMOTIONS

SIZE: Final = 224
REPEATS: Final = 30
WARM_UP: Final = 3


def frames_per_second() -> float:
    """Of a picture with a face, from the text that its browser sent."""
    # TensorFlow takes seconds to import.
    import keras

    model = keras.applications.ResNet50(weights=None, classes=len(EMOTIONS))
    haar = cv2.CascadeClassifier(cv2.data.haarcascades + "haarcascade_frontalface_default.xml")
    text = base64.b64encode(make_frame(None).jpeg)
    began = 0.0
    for number in range(WARM_UP + REPEATS):
        if number == WARM_UP:
            began = time.perf_counter()
        pixels = np.frombuffer(base64.b64decode(text), np.uint8)
        image = cv2.imdecode(pixels, cv2.IMREAD_COLOR)
        assert image is not None, "it was encoded here"
        grey = cv2.cvtColor(image, cv2.COLOR_BGR2GRAY)
        found = haar.detectMultiScale(grey, 1.2, 6)
        # The model is asked for each frame, also where Haar overlooks the drawn face.
        x, y, w, h = found[0] if len(found) else (0, 0, image.shape[1], image.shape[0])
        face = cv2.resize(image[y : y + h, x : x + w], (SIZE, SIZE)).astype(np.float32) / 255
        model.predict(face[np.newaxis], verbose=0)
    return REPEATS / (time.perf_counter() - began)


if __name__ == "__main__":
    print(json.dumps({"frames_per_second": round(frames_per_second(), 2)}))
