package io.crossfade.core.serving;

/** The old tables or the new ones. */
public enum Side {
  OLD,
  NEW
}
