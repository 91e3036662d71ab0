package io.crossfade.core.switching;

import java.util.Objects;

/**
 * What lets a session through a fence: a secret that each raising of a fence has its own of. So a
 * session of ours that was thought dead, and has the pass of an older fence, does not get through a
 * newer one.
 *
 * @param token hard to guess, at least 16 characters, for instance a random UUID; never shown
 */
public record FencePass(String token) {

  private static final int SHORTEST = 16;

  public FencePass {
    Objects.requireNonNull(token, "token");
    if (token.length() < SHORTEST) {
      throw new IllegalArgumentException(
          "a pass has " + SHORTEST + " characters at least, this one " + token.length());
    }
  }

  @Override
  public String toString() {
    return "FencePass[…]";
  }
}
