package io.crossfade.switchover;

import io.crossfade.core.phase.Standing;
import io.crossfade.core.switching.FencePass;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Objects;

/**
 * What the flows show at fences. Each has another pass in each round, so a process that has missed
 * a switch does not get through. All instances come to the same ones, so nothing has to be handed
 * round.
 *
 * @param identity of the migration, which nobody else has: a fence is for those who do not know
 *     yet, not against those who want to get over it
 */
public record Passes(String identity) {

  public Passes {
    Objects.requireNonNull(identity, "identity");
  }

  /** The pass of the flow that writes the new tables. */
  public FencePass forward(Standing standing) {
    return pass("forward", standing.forward());
  }

  /** The pass of the flow that writes the old tables. */
  public FencePass reverse(Standing standing) {
    return pass("reverse", standing.reverse());
  }

  private FencePass pass(String flow, long round) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      String text = identity + '/' + flow + '/' + round;
      return new FencePass(
          HexFormat.of().formatHex(digest.digest(text.getBytes(StandardCharsets.UTF_8))));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }
}
