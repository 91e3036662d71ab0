package io.crossfade.sandbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Each fails where the proxy lets through, or ends, what it should not. */
@Timeout(60)
class TcpProxyTest {

  private static final int SILENCE_MILLIS = 300;

  private final TcpProxy proxy = TcpProxy.open();
  private Echo server;

  /** Sends back what it gets; remembers how each connection ended. */
  private static final class Echo implements AutoCloseable {
    private final ServerSocket listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    private final Queue<String> ends = new ConcurrentLinkedQueue<>();

    Echo() throws IOException {
      new Thread(this::accept, "echo").start();
    }

    private void accept() {
      while (!listener.isClosed()) {
        try {
          Socket socket = listener.accept();
          new Thread(() -> echo(socket), "echo-link").start();
        } catch (IOException e) {
          return;
        }
      }
    }

    private void echo(Socket socket) {
      try (socket) {
        socket.getInputStream().transferTo(socket.getOutputStream());
        ends.add("end");
      } catch (IOException e) {
        ends.add("reset");
      }
    }

    @Override
    public void close() throws IOException {
      listener.close();
    }
  }

  @BeforeEach
  void start() throws IOException {
    server = new Echo();
  }

  @AfterEach
  void stop() throws IOException {
    proxy.close();
    server.close();
  }

  private Socket connect() throws IOException {
    Socket socket = new Socket(InetAddress.getLoopbackAddress(), proxy.port());
    socket.setSoTimeout(SILENCE_MILLIS);
    return socket;
  }

  private static int echoed(Socket socket, int value) throws IOException {
    socket.getOutputStream().write(value);
    return socket.getInputStream().read();
  }

  private static void assertSilent(Socket socket) {
    assertThatThrownBy(() -> socket.getInputStream().read())
        .isInstanceOf(SocketTimeoutException.class);
  }

  private void awaitEnd(String end) {
    while (!server.ends.contains(end)) {
      ChildProcess.sleep();
    }
  }

  @Test
  void shouldPassDataAndEnds() throws IOException {
    assertThatThrownBy(this::connect).isInstanceOf(ConnectException.class);
    proxy.forwardTo(server.listener.getLocalPort());
    try (Socket socket = connect()) {
      assertThat(echoed(socket, 7)).isEqualTo(7);
      socket.shutdownOutput();
      assertThat(socket.getInputStream().read()).isEqualTo(-1);
    }
    awaitEnd("end");
    while (proxy.connections() > 0) {
      ChildProcess.sleep();
    }
  }

  @Test
  void shouldRefuseNewConnectionsAndKeepTheOpenOnes() throws IOException {
    proxy.forwardTo(server.listener.getLocalPort());
    try (Socket socket = connect()) {
      assertThat(echoed(socket, 1)).isEqualTo(1);
      proxy.refuse();
      assertThatThrownBy(this::connect).isInstanceOf(ConnectException.class);
      assertThat(echoed(socket, 2)).isEqualTo(2);
    }
    proxy.pass();
    try (Socket socket = connect()) {
      assertThat(echoed(socket, 3)).isEqualTo(3);
    }
  }

  @Test
  void shouldHoldAllBackWhileStalledAndDeliverItThen() throws IOException {
    proxy.forwardTo(server.listener.getLocalPort());
    try (Socket before = connect()) {
      assertThat(echoed(before, 1)).isEqualTo(1);
      proxy.stall();
      before.getOutputStream().write(2);
      assertSilent(before);
      try (Socket meanwhile = connect()) {
        meanwhile.getOutputStream().write(3);
        assertSilent(meanwhile);
        proxy.pass();
        assertThat(before.getInputStream().read()).isEqualTo(2);
        assertThat(meanwhile.getInputStream().read()).isEqualTo(3);
      }
    }
  }

  @Test
  void shouldResetBothSides() throws IOException {
    proxy.forwardTo(server.listener.getLocalPort());
    try (Socket socket = connect()) {
      assertThat(echoed(socket, 1)).isEqualTo(1);
      proxy.reset();
      assertThatThrownBy(() -> socket.getInputStream().read()).isInstanceOf(SocketException.class);
      awaitEnd("reset");
    }
  }

  /** Fails where an RST of the client only ends one direction, and the server never hears of it. */
  @Test
  void shouldPassOnThatAClientHasBrokenOff() throws IOException {
    proxy.forwardTo(server.listener.getLocalPort());
    try (Socket socket = connect()) {
      assertThat(echoed(socket, 1)).isEqualTo(1);
      socket.setSoLinger(true, 0);
    }
    awaitEnd("reset");
  }

  @Test
  void shouldTellNeitherSideOfACutAndTheServerLater() throws IOException {
    proxy.forwardTo(server.listener.getLocalPort());
    try (Socket cut = connect()) {
      assertThat(echoed(cut, 1)).isEqualTo(1);
      proxy.cut(Duration.ofMillis(2 * SILENCE_MILLIS));
      cut.getOutputStream().write(2);
      assertSilent(cut);
      assertThat(server.ends).isEmpty();
      try (Socket fresh = connect()) {
        assertThat(echoed(fresh, 3)).isEqualTo(3);
      }
      awaitEnd("reset");
      assertSilent(cut);
    }
  }

  @Test
  void shouldBeSlow() throws IOException {
    proxy.forwardTo(server.listener.getLocalPort());
    try (Socket socket = connect()) {
      assertThat(echoed(socket, 1)).isEqualTo(1);
      proxy.delay(Duration.ofMillis(100));
      long start = System.nanoTime();
      assertThat(echoed(socket, 2)).isEqualTo(2);
      assertThat(Duration.ofNanos(System.nanoTime() - start))
          .isGreaterThanOrEqualTo(Duration.ofMillis(200));
    }
  }
}
