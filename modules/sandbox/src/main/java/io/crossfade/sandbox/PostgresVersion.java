package io.crossfade.sandbox;

/** The versions of PostgreSQL that are on board. */
public enum PostgresVersion {
  V15(15),
  V18(18);

  private final int major;

  PostgresVersion(int major) {
    this.major = major;
  }

  public int major() {
    return major;
  }
}
