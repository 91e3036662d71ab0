package io.crossfade.spec;

import java.util.Locale;

/** The kinds of database that can be a source or a target. */
public enum Connector {
  /** PostgreSQL 14 or later. */
  POSTGRES;

  /** As the spec writes it. */
  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
