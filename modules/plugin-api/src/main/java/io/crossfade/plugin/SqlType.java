package io.crossfade.plugin;

import java.math.BigDecimal;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.util.UUID;

/**
 * The types that a function or a mapper may take and give, each with the class that its values have
 * in Java.
 */
public enum SqlType {
  BOOLEAN(Boolean.class),
  /** 32 bits. */
  INTEGER(Integer.class),
  /** 64 bits. */
  BIGINT(Long.class),
  /** The scale is kept: 1.50 is not 1.5. NaN and the infinities have no value in Java. */
  NUMERIC(BigDecimal.class),
  DOUBLE(Double.class),
  TEXT(String.class),
  /** Infinite dates have no value in Java. */
  DATE(LocalDate.class),
  /** Whole microseconds. */
  TIMESTAMP(LocalDateTime.class),
  /** Whole microseconds. */
  TIMESTAMPTZ(Instant.class),
  UUID(UUID.class);

  private final Class<?> valueClass;

  SqlType(Class<?> valueClass) {
    this.valueClass = valueClass;
  }

  /** The class of a value that is not NULL. */
  public Class<?> valueClass() {
    return valueClass;
  }
}
