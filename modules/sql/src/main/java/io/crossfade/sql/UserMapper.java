package io.crossfade.sql;

import io.crossfade.plugin.MapperCall;
import java.util.Objects;

/**
 * A mapper of the user's own.
 *
 * @param call it, by what it declares
 * @param code another text wherever its jar holds something else
 */
public record UserMapper(MapperCall call, String code) {

  public UserMapper {
    Objects.requireNonNull(call, "call");
    Objects.requireNonNull(code, "code");
  }
}
