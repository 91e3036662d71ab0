package io.crossfade.wire;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.crossfade.core.table.TableId;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * A raw record that deletes a new row of a key that no old row can make, so that no delete of an
 * old row ever removes it. It says all in its {@link ReservedKey}, and has no value: the cleaner
 * keeps it apart from every other record, and takes it for the delete that it is.
 *
 * @param into the new table
 * @param mapping the fingerprint of what makes its keys: under another one an old row may have made
 *     the key, and the record says nothing
 * @param key the new key's values as canonical text, in the order of the table's primary key
 */
public record OrphanDelete(TableId into, String mapping, List<String> key) {

  /** With the version of the form: a reader passes over what it does not know. */
  private static final String BEGINNING = "crossfade.orphan.1 ";

  private static final byte[] PREFIX = ("\"" + BEGINNING).getBytes(StandardCharsets.US_ASCII);
  private static final ObjectMapper JSON = new ObjectMapper();

  public OrphanDelete {
    Objects.requireNonNull(into, "into");
    Objects.requireNonNull(mapping, "mapping");
    key = List.copyOf(key);
  }

  /** Whether a raw record with this key is one. */
  public static boolean is(byte[] key) {
    if (key.length < PREFIX.length) {
      return false;
    }
    for (int i = 0; i < PREFIX.length; i++) {
      if (key[i] != PREFIX[i]) {
        return false;
      }
    }
    return true;
  }

  /** Its key: a JSON string. Equal deletes have equal bytes. */
  public byte[] encode() {
    ObjectNode json = JSON.createObjectNode();
    json.putArray("into").add(into.schema()).add(into.name());
    json.put("mapping", mapping);
    ArrayNode values = json.putArray("key");
    key.forEach(values::add);
    try {
      return JSON.writeValueAsBytes(BEGINNING + json);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a text can always be written", e);
    }
  }

  /**
   * What a key says.
   *
   * @throws MalformedRecordException where {@link #is} holds, and it says nothing
   */
  public static OrphanDelete decode(byte[] key) {
    try {
      JsonNode json = JSON.readTree(JSON.readTree(key).asText().substring(BEGINNING.length()));
      List<String> values = new ArrayList<>();
      json.get("key").forEach(value -> values.add(value.asText()));
      JsonNode into = json.get("into");
      return new OrphanDelete(
          new TableId(into.get(0).asText(), into.get(1).asText()),
          json.get("mapping").asText(),
          values);
    } catch (IOException | NullPointerException e) {
      throw new MalformedRecordException(
          "no delete of a row: " + new String(key, StandardCharsets.UTF_8), e);
    }
  }
}
