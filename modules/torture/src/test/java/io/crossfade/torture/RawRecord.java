package io.crossfade.torture;

import java.util.OptionalLong;

/**
 * A record of a raw topic.
 *
 * @param table the new table's name, which stands for the old one's
 * @param key its parts, joined as in {@link TortureTable#keyOf}
 * @param read whether it was read from the table; else it is an event of the log
 * @param sequence the publisher's
 * @param transaction the source's; empty where it was read
 * @param version the row's; empty for a delete
 */
record RawRecord(
    String table,
    int partition,
    long offset,
    String key,
    boolean read,
    long sequence,
    String transaction,
    OptionalLong version) {}
