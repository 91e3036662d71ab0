package io.crossfade.plugin;

/** A mapper had no rows for an old one: an error of that row. */
public final class MapperFailure extends RuntimeException {

  private static final long serialVersionUID = 1L;

  MapperFailure(String message, Throwable cause) {
    super(message, cause);
  }
}
