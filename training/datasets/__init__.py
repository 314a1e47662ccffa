"""Readers of labelled faces. Every reader gives a list of Picture; decode makes pixels of it."""

from training.datasets.duplicates import duplicates
from training.datasets.fer2013 import fer2013_pictures, read_fer2013
from training.datasets.ferplus import VOTE_COLUMNS, Votes, blend_votes, majority, read_votes, shares
from training.datasets.folders import affectnet_pictures, folder_pictures
from training.datasets.mixing import READERS, Source, balancing_weights, read_sources
from training.datasets.records import (
    FACE_SIZE,
    SPLITS,
    DatasetError,
    Faces,
    Picture,
    decode,
    distributions,
    emotion_index,
    one_hot,
)

__all__ = [
    "FACE_SIZE",
    "READERS",
    "SPLITS",
    "VOTE_COLUMNS",
    "DatasetError",
    "Faces",
    "Picture",
    "Source",
    "Votes",
    "affectnet_pictures",
    "balancing_weights",
    "blend_votes",
    "decode",
    "distributions",
    "duplicates",
    "emotion_index",
    "fer2013_pictures",
    "folder_pictures",
    "majority",
    "one_hot",
    "read_fer2013",
    "read_sources",
    "read_votes",
    "shares",
]
