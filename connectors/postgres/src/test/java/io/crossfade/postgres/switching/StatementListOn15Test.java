package io.crossfade.postgres.switching;

import io.crossfade.sandbox.PostgresServer;
import io.crossfade.sandbox.SharedSandbox;
import org.junit.jupiter.api.Tag;

@Tag("slow")
class StatementListOn15Test extends StatementListTest {

  @Override
  PostgresServer server() {
    return SharedSandbox.postgres15();
  }
}
