package io.crossfade.capture;

import io.crossfade.core.table.Key;

/**
 * A row that was read, as it will stand in its raw topic.
 *
 * @param key its key
 * @param value its record value
 * @param sinceLog whether it may have been written since the log began
 */
record EncodedRow(Key key, byte[] value, boolean sinceLog) {}
