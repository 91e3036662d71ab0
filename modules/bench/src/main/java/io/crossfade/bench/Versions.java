package io.crossfade.bench;

import java.io.IOException;
import java.io.InputStream;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;
import org.apache.kafka.common.utils.AppInfoParser;

/** What stands on the class path. */
final class Versions {

  private Versions() {}

  static Map<String, String> ofLibraries() throws IOException {
    Map<String, String> versions = new TreeMap<>();
    versions.put("kafka", AppInfoParser.getVersion());
    versions.put("debezium", ofArtifact("io.debezium", "debezium-embedded"));
    versions.put("pgjdbc", org.postgresql.util.DriverInfo.DRIVER_VERSION);
    return versions;
  }

  /** Maven leaves it in the jar. */
  private static String ofArtifact(String group, String artifact) throws IOException {
    String name = "/META-INF/maven/" + group + "/" + artifact + "/pom.properties";
    try (InputStream in = Versions.class.getResourceAsStream(name)) {
      if (in == null) {
        throw new IOException("no " + name + " on the class path");
      }
      Properties properties = new Properties();
      properties.load(in);
      return properties.getProperty("version");
    }
  }
}
