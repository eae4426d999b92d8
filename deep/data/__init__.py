"""From a data set's name to the tensors of a training step.

  checksums == what tells data apart
  splits    == which images are labelled, unlabelled, held out
  sources   == images and labels by name
  prepare   == scaling and whitening
  augment   == random moves and mirrors
  batches   == the order of a run, resumable at any step

Each module uses only those above it. Nothing here knows networks or losses, and nothing draws
from a global random state.
"""
