package io.crossfade.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class TypesDocumentTest {

  @Test
  void shouldBeWhatTheCodeSays() throws IOException {
    Path document = Path.of("../../docs/types.md");
    Path made = Path.of("target/types.md");
    String text = TypesDocument.text();
    Files.createDirectories(made.getParent());
    Files.writeString(made, text);

    assertThat(Files.exists(document) ? Files.readString(document) : "")
        .as("docs/types.md differs from the code; copy %s over it", made.toAbsolutePath())
        .isEqualTo(text);
  }
}
