package io.crossfade.spec;

import java.util.Objects;

/**
 * A value that may come from {@code ${env:…}} or {@code ${file:…}}. Messages show it as the spec
 * writes it, with the reference in place of what it stands for.
 */
public final class Setting {
  private final String value;
  private final String written;

  Setting(String value, String written) {
    this.value = Objects.requireNonNull(value, "value");
    this.written = Objects.requireNonNull(written, "written");
  }

  /** A value without references. */
  public static Setting of(String value) {
    return new Setting(value, value);
  }

  /** The value with its references replaced; not for messages and logs. */
  public String value() {
    return value;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Setting setting
        && value.equals(setting.value)
        && written.equals(setting.written);
  }

  @Override
  public int hashCode() {
    return Objects.hash(value, written);
  }

  /** As the spec writes it: safe to print. */
  @Override
  public String toString() {
    return written;
  }
}
