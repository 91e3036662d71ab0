package io.crossfade.verify;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.datatype.jdk8.Jdk8Module;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.Writer;

/** Reports as JSON and back. */
public final class Reports {

  // A newer job may say more than this program knows.
  private static final JsonMapper MAPPER =
      JsonMapper.builder()
          .addModule(new Jdk8Module())
          .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
          .enable(SerializationFeature.INDENT_OUTPUT)
          .build();

  private Reports() {}

  /** The report, indented, what is not known as null. */
  public static byte[] json(VerificationReport report) {
    try {
      return MAPPER.writeValueAsBytes(report);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a report can always be written", e);
    }
  }

  /**
   * Reads what {@link #json(VerificationReport)} wrote.
   *
   * @throws IOException where it is something else
   */
  public static VerificationReport read(byte[] json) throws IOException {
    return MAPPER.readValue(json, VerificationReport.class);
  }

  /** The report, indented, what is not known as null. */
  public static byte[] json(RepairReport report) {
    try {
      return MAPPER.writeValueAsBytes(report);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a report can always be written", e);
    }
  }

  /**
   * Reads what {@link #json(RepairReport)} wrote.
   *
   * @throws IOException where it is something else
   */
  public static RepairReport readRepair(byte[] json) throws IOException {
    return MAPPER.readValue(json, RepairReport.class);
  }

  /**
   * Writes the report with all its differences, as {@code found}.
   *
   * @param differences an object in each line
   */
  public static void json(VerificationReport report, BufferedReader differences, Writer out)
      throws IOException {
    ObjectNode head = MAPPER.valueToTree(report);
    ArrayNode found = head.putArray("found");
    for (String line = differences.readLine(); line != null; line = differences.readLine()) {
      found.add(MAPPER.readTree(line));
    }
    out.write(MAPPER.writeValueAsString(head));
    out.write('\n');
  }
}
