package io.crossfade.postgres.switching;

import io.crossfade.sandbox.PostgresServer;
import io.crossfade.sandbox.SharedSandbox;
import org.junit.jupiter.api.Tag;

@Tag("slow")
class FenceOn15Test extends FenceTest {

  @Override
  PostgresServer server() {
    return SharedSandbox.postgres15();
  }
}
