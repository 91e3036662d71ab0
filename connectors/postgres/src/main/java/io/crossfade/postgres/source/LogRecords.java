package io.crossfade.postgres.source;

import io.crossfade.core.BlockedException;
import io.crossfade.core.source.Change;
import io.crossfade.core.source.LogListener;
import io.crossfade.core.table.Operation;
import io.crossfade.core.table.Row;
import io.crossfade.core.table.Table;
import io.crossfade.core.table.TableId;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.kafka.connect.data.Field;
import org.apache.kafka.connect.data.Schema;
import org.apache.kafka.connect.data.Struct;
import org.apache.kafka.connect.source.SourceRecord;

/** Debezium's records, told to a listener in the words of the core. Used by one thread. */
final class LogRecords {

  private static final String TRANSACTION_TOPIC = ".transaction";

  private final Map<TableId, Layout> layouts = new HashMap<>();
  private final LogListener listener;

  LogRecords(List<LogTable> tables, LogListener listener) {
    for (LogTable table : tables) {
      layouts.put(table.captured().table().id(), new Layout(table));
    }
    this.listener = listener;
  }

  void endOfBatch(LogListener.Checkpoint end) throws InterruptedException {
    listener.endOfBatch(end);
  }

  void tell(SourceRecord record) throws InterruptedException {
    Struct value = (Struct) record.value();
    if (record.topic().endsWith(TRANSACTION_TOPIC) && value.schema().field("status") != null) {
      tellTransaction(value);
      return;
    }
    String operation = value.getString("op");
    if (operation.equals("m")) {
      tellMarker(value);
      return;
    }
    Struct source = value.getStruct("source");
    TableId table = new TableId(source.getString("schema"), source.getString("table"));
    if (operation.equals("t")) {
      listener.truncate(table, source.getInt64("txId"));
      return;
    }
    tellChange(record, value, source, table, operation.charAt(0));
  }

  /**
   * The id is {@code <transaction>:<lsn>}; the lsn is that of the event, so it differs between
   * begin and end.
   */
  private void tellTransaction(Struct value) {
    String id = value.getString("id");
    int colon = id.indexOf(':');
    long transaction = Long.parseLong(colon < 0 ? id : id.substring(0, colon));
    if (value.getString("status").equals("BEGIN")) {
      listener.begin(transaction);
    } else {
      listener.commit(transaction);
    }
  }

  private void tellMarker(Struct value) throws InterruptedException {
    Object content = value.getStruct("message").get("content");
    ByteBuffer bytes =
        content instanceof ByteBuffer buffer ? buffer : ByteBuffer.wrap((byte[]) content);
    listener.marker(StandardCharsets.UTF_8.decode(bytes.duplicate()).toString());
  }

  private void tellChange(
      SourceRecord record, Struct value, Struct source, TableId table, char code)
      throws InterruptedException {
    Layout layout = layouts.get(table);
    if (layout == null) {
      throw new IllegalStateException("the log has an event of " + table + ", which is not mapped");
    }
    Operation operation = Operation.of(code);
    boolean delete = operation == Operation.DELETE;
    Optional<String> misfit =
        delete
            ? layout.ofKey.misfit(((Struct) record.key()).schema())
            : layout.ofRow.misfit(value.getStruct("after").schema());
    if (misfit.isPresent()) {
      listener.misfit(table, source.getInt64("txId"), misfit.get());
      return;
    }
    Row row =
        delete ? layout.keyOnly((Struct) record.key()) : layout.whole(value.getStruct("after"));
    listener.change(
        new Change(
            table,
            operation,
            row,
            delete || !layout.lacks(row),
            source.getInt64("txId"),
            position(source.getInt64("lsn")),
            Instant.ofEpochMilli(source.getInt64("ts_ms"))));
  }

  /** A place in the log as PostgreSQL prints it: {@code 16/B374D848}. */
  static String position(long lsn) {
    String high = Long.toHexString(lsn >>> 32);
    String low = Long.toHexString(lsn & 0xffffffffL);
    return (high + "/" + low).toUpperCase(Locale.ROOT);
  }

  /**
   * Where the columns of a table stand in Debezium's structs, whose schemas change when the table
   * does.
   */
  private static final class Layout {
    private final Table table;
    private final LogTable log;
    private final int[] key;
    private final Fields ofKey;
    private final Fields ofRow;

    Layout(LogTable log) {
      this.log = log;
      this.table = log.captured().table();
      this.key = table.keyIndexes();
      this.ofKey = new Fields(Set.copyOf(table.primaryKey()));
      this.ofRow = new Fields(log.captured().used());
    }

    Row whole(Struct after) {
      String[] values = new String[table.columns().size()];
      for (int i = 0; i < values.length; i++) {
        values[i] = ofRow.value(after, i);
      }
      return requireKey(Row.of(values));
    }

    Row keyOnly(Struct recordKey) {
      String[] values = new String[table.columns().size()];
      for (int index : key) {
        values[index] = ofKey.value(recordKey, index);
      }
      return requireKey(Row.of(values));
    }

    @SuppressWarnings("ReferenceEquality") // the stand-in is told by its identity
    boolean lacks(Row row) {
      for (int i = 0; i < row.size(); i++) {
        if (row.get(i) == LogValues.MISSING) {
          return true;
        }
      }
      return false;
    }

    /** A long key may be TOASTed itself, and is left out of the log when another column changes. */
    @SuppressWarnings("ReferenceEquality")
    private Row requireKey(Row row) {
      for (int index : key) {
        if (row.get(index) == LogValues.MISSING) {
          throw new BlockedException(
              "an update of "
                  + table.id()
                  + " came without its key column "
                  + table.columns().get(index).name()
                  + ", which is stored out of line",
              "ALTER TABLE "
                  + ReplicationLog.quoted(table.id())
                  + " REPLICA IDENTITY FULL, then begin again");
        }
      }
      return row;
    }

    /** The fields of one kind of struct, looked up once for each schema. */
    private final class Fields {
      private final Set<String> needed;
      private final Field[] fields = new Field[table.columns().size()];
      private Optional<String> misfit = Optional.empty();
      private Schema schema;

      Fields(Set<String> needed) {
        this.needed = needed;
      }

      /** What columns that are needed lack in structs of this schema; empty where nothing. */
      @SuppressWarnings(
          "ReferenceEquality") // Debezium keeps one schema object until the table changes
      Optional<String> misfit(Schema now) {
        if (now != schema) {
          schema = now;
          misfit = Optional.empty();
          for (int i = 0; i < fields.length; i++) {
            String name = table.columns().get(i).name();
            fields[i] = schema.field(name);
            if (misfit.isEmpty() && needed.contains(name)) {
              misfit = misfit(name, fields[i]);
            }
          }
        }
        return misfit;
      }

      private Optional<String> misfit(String name, Field field) {
        if (field == null) {
          return Optional.of("column " + name + " is gone");
        }
        Map<String, String> parameters = field.schema().parameters();
        String type = parameters == null ? null : parameters.get(LogValues.TYPE);
        String expected = String.valueOf(log.types().get(name));
        return type == null || type.equals(expected)
            ? Optional.empty()
            : Optional.of("column " + name + " has another type in the log");
      }

      /** A column that nobody needs may be gone. */
      String value(Struct struct, int column) {
        // Not get(): for a NULL in a column with a default that would give the default.
        return fields[column] == null
            ? null
            : (String) struct.getWithoutDefault(fields[column].name());
      }
    }
  }
}
