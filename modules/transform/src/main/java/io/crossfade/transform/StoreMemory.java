package io.crossfade.transform;

import java.util.Map;
import org.apache.kafka.streams.state.RocksDBConfigSetter;
import org.rocksdb.BlockBasedTableConfig;
import org.rocksdb.Cache;
import org.rocksdb.LRUCache;
import org.rocksdb.Options;
import org.rocksdb.RocksDB;
import org.rocksdb.WriteBufferManager;

/**
 * All stores of a process share this much memory, however many there are: Kafka Streams by itself
 * gives each 50 MB of cache and three buffers of 16 MB.
 */
public final class StoreMemory implements RocksDBConfigSetter {

  private static final long ALL_BYTES = 96L << 20;
  private static final long BUFFERS_BYTES = 48L << 20;
  private static final long BUFFER_BYTES = 8L << 20;

  /** Loads the library and is never closed: stores of any later flow use it too. */
  private static final class Shared {
    static final Cache CACHE;
    static final WriteBufferManager BUFFERS;

    static {
      RocksDB.loadLibrary();
      CACHE = new LRUCache(ALL_BYTES);
      BUFFERS = new WriteBufferManager(BUFFERS_BYTES, CACHE);
    }
  }

  @Override
  public void setConfig(String store, Options options, Map<String, Object> configs) {
    BlockBasedTableConfig table = (BlockBasedTableConfig) options.tableFormatConfig();
    table.setBlockCache(Shared.CACHE);
    table.setCacheIndexAndFilterBlocks(true);
    options.setTableFormatConfig(table);
    options.setWriteBufferManager(Shared.BUFFERS);
    options.setWriteBufferSize(BUFFER_BYTES);
    options.setMaxWriteBufferNumber(2);
  }

  @Override
  public void close(String store, Options options) {
    // What is shared stays.
  }
}
