package io.crossfade.cli;

import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.util.Base64;
import java.util.List;

/** A key for 127.0.0.1 with a certificate signed by itself, in the forms that servers want. */
final class Certificates {

  static final String PASSWORD = "changeit";

  private final Path directory;
  private final Path keys;
  private final Certificate certificate;
  private final byte[] key;

  private Certificates(Path directory, Path keys, Certificate certificate, byte[] key) {
    this.directory = directory;
    this.keys = keys;
    this.certificate = certificate;
    this.key = key;
  }

  static Certificates make(Path directory, String name) throws Exception {
    Path keys = directory.resolve(name + ".p12");
    Process keytool =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
                "-genkeypair",
                "-alias",
                "server",
                "-keyalg",
                "RSA",
                "-keysize",
                "2048",
                "-dname",
                "CN=" + name,
                "-ext",
                "san=ip:127.0.0.1,dns:localhost",
                "-ext",
                "bc:c",
                "-validity",
                "2",
                "-storetype",
                "PKCS12",
                "-keystore",
                keys.toString(),
                "-storepass",
                PASSWORD)
            .redirectErrorStream(true)
            .start();
    String said = new String(keytool.getInputStream().readAllBytes());
    if (keytool.waitFor() != 0) {
      throw new IllegalStateException(said);
    }
    KeyStore store = KeyStore.getInstance("PKCS12");
    try (InputStream in = Files.newInputStream(keys)) {
      store.load(in, PASSWORD.toCharArray());
    }
    return new Certificates(
        directory,
        keys,
        store.getCertificate("server"),
        store.getKey("server", PASSWORD.toCharArray()).getEncoded());
  }

  /** Key and certificate, for a server of Kafka. */
  Path keyStore() {
    return keys;
  }

  /** The certificate, for clients of Kafka. */
  Path trustStore() throws Exception {
    KeyStore store = KeyStore.getInstance("PKCS12");
    store.load(null, null);
    store.setCertificateEntry("server", certificate);
    Path file = directory.resolve("trust-" + keys.getFileName());
    try (OutputStream out = Files.newOutputStream(file)) {
      store.store(out, PASSWORD.toCharArray());
    }
    return file;
  }

  /** The certificate, for clients of PostgreSQL. */
  Path certificateFile() throws Exception {
    Path file = directory.resolve(keys.getFileName() + ".crt");
    return Files.write(file, certificatePem());
  }

  List<String> certificatePem() throws Exception {
    return pem("CERTIFICATE", certificate.getEncoded());
  }

  List<String> keyPem() {
    return pem("PRIVATE KEY", key);
  }

  private static List<String> pem(String what, byte[] bytes) {
    return List.of(
        "-----BEGIN " + what + "-----",
        Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(bytes),
        "-----END " + what + "-----");
  }
}
