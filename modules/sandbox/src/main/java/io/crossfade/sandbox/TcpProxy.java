package io.crossfade.sandbox;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.IntPredicate;

/**
 * A network between clients and a server on 127.0.0.1 that can be broken: refuse, fall silent,
 * reset, be slow. Clients are given its port in place of the server's.
 *
 * <p>What it cannot do is to lose acknowledgements: the kernel of this machine acknowledges what
 * nobody reads, up to the size of its buffers. So a keep-alive of TCP does not notice a cut here;
 * see {@link #cut}.
 */
public final class TcpProxy implements AutoCloseable {

  private static final int BUFFER = 64 * 1024;
  private static final int CONNECT_MILLIS = 5_000;

  private final int port;
  private final Set<Link> links = ConcurrentHashMap.newKeySet();
  private final Object state = new Object();
  private ServerSocket listener;
  private Thread acceptor;
  private volatile int server;
  private volatile boolean closed;
  private boolean stalled;
  private long delayMillis;

  private TcpProxy(int port) {
    this.port = port;
  }

  /** Opens one that refuses, until {@link #forwardTo} says where to. */
  public static TcpProxy open() {
    return new TcpProxy(Ports.free());
  }

  /** The port of 127.0.0.1 that clients connect to; stays the same. */
  public int port() {
    return port;
  }

  /** Lets connections through to this port of 127.0.0.1 from now on. */
  public void forwardTo(int serverPort) {
    server = serverPort;
    pass();
  }

  /** As a network should be: whatever was refused, stalled or slow is no more. */
  public void pass() {
    synchronized (state) {
      stalled = false;
      delayMillis = 0;
      state.notifyAll();
      listen();
    }
  }

  /** New connections are refused, as where no server listens. Those that are open go on. */
  public void refuse() {
    synchronized (state) {
      stopListening();
    }
  }

  /**
   * Nothing passes in either direction, until {@link #pass}: then it all arrives. New connections
   * are accepted and hear nothing.
   */
  public void stall() {
    synchronized (state) {
      stalled = true;
    }
  }

  /** Each piece of data takes that much longer, until {@link #pass}. */
  public void delay(Duration duration) {
    synchronized (state) {
      delayMillis = duration.toMillis();
    }
  }

  /** Ends all connections that are open by RST to both sides; new ones pass. */
  public void reset() {
    links.forEach(Link::reset);
  }

  /**
   * Cuts all connections that are open without a word: neither side ever hears of the other again,
   * nor of its end. New ones pass. The server's side ends by RST after a while, as if its
   * keep-alive had found nobody; the client's side has to find out by itself.
   *
   * @param noticed when the server's side ends
   */
  public void cut(Duration noticed) {
    cut(noticed, port -> true);
  }

  /**
   * As {@link #cut(Duration)}, for some of the connections.
   *
   * @param chosen by the port that the server knows as the client's
   */
  public void cut(Duration noticed, IntPredicate chosen) {
    List<Link> cut =
        links.stream().filter(link -> chosen.test(link.toServer.getLocalPort())).toList();
    cut.forEach(Link::lose);
    daemon(
        "cut",
        () -> {
          synchronized (state) {
            long end = System.nanoTime() + noticed.toNanos();
            for (long left = noticed.toNanos(); left > 0 && !closed; ) {
              state.wait(left / 1_000_000 + 1);
              left = end - System.nanoTime();
            }
          }
          cut.forEach(Link::resetServer);
        });
  }

  /** How many connections there are, those that were cut and are held open by a side included. */
  public int connections() {
    return links.size();
  }

  /** Ends all connections and gives the port back. May be repeated. */
  @Override
  public void close() {
    synchronized (state) {
      closed = true;
      stopListening();
      state.notifyAll();
    }
    links.forEach(Link::reset);
    Ports.release(port);
  }

  private void listen() {
    if (listener != null || closed) {
      return;
    }
    try {
      ServerSocket socket = new ServerSocket();
      socket.setReuseAddress(true);
      socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 256);
      listener = socket;
      acceptor = daemon("accept", () -> accept(socket));
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot listen at port " + port, e);
    }
  }

  private void stopListening() {
    if (listener != null) {
      closeQuietly(listener);
      listener = null;
      try {
        // The kernel listens for as long as somebody is in accept().
        acceptor.join();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private void accept(ServerSocket socket) {
    while (!socket.isClosed()) {
      Socket client;
      try {
        client = socket.accept();
      } catch (IOException e) {
        // Closed by refuse() or close(); the kernel tells of nothing else here.
        return;
      }
      daemon("link", () -> connect(client));
    }
  }

  private void connect(Socket client) {
    Socket toServer = new Socket();
    try {
      awaitOpen();
      toServer.connect(
          new InetSocketAddress(InetAddress.getLoopbackAddress(), server), CONNECT_MILLIS);
      toServer.setTcpNoDelay(true);
      client.setTcpNoDelay(true);
    } catch (IOException | InterruptedException e) {
      // The server is down: so is the connection to it.
      reset(client);
      closeQuietly(toServer);
      return;
    }
    Link link = new Link(client, toServer);
    links.add(link);
    if (closed) {
      link.reset();
    }
    daemon("up", () -> link.pump(client, toServer));
    link.pump(toServer, client);
  }

  /** Waits while nothing may pass. */
  private void awaitOpen() throws InterruptedException {
    synchronized (state) {
      if (delayMillis > 0 && !stalled) {
        state.wait(delayMillis);
      }
      while (stalled && !closed) {
        state.wait();
      }
    }
  }

  private static void reset(Socket socket) {
    try {
      socket.setSoLinger(true, 0);
    } catch (IOException e) {
      // It has ended by itself: closing is all that is left.
      closeQuietly(socket);
      return;
    }
    closeQuietly(socket);
  }

  private static void closeQuietly(AutoCloseable socket) {
    try {
      socket.close();
    } catch (Exception e) {
      throw new SandboxException("Cannot close a socket", e);
    }
  }

  private Thread daemon(String what, Step step) {
    Thread thread =
        new Thread(
            () -> {
              try {
                step.run();
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
              }
            },
            "proxy-" + port + "-" + what);
    thread.setDaemon(true);
    thread.start();
    return thread;
  }

  /** What a thread does. */
  @FunctionalInterface
  private interface Step {
    void run() throws InterruptedException;
  }

  /** Two sockets and what passes between them. */
  private final class Link {
    private final Socket client;
    private final Socket toServer;
    private volatile boolean lost;

    Link(Socket client, Socket toServer) {
      this.client = client;
      this.toServer = toServer;
    }

    void pump(Socket from, Socket to) {
      byte[] buffer = new byte[BUFFER];
      boolean ended = false;
      try {
        InputStream in = from.getInputStream();
        OutputStream out = to.getOutputStream();
        while (!lost && !ended) {
          int length = in.read(buffer);
          awaitOpen();
          if (lost) {
            return;
          }
          if (length < 0) {
            to.shutdownOutput();
            ended = true;
          } else {
            out.write(buffer, 0, length);
          }
        }
      } catch (IOException e) {
        // One side has broken off, as a process does that is killed with data unread: so does the
        // other. Told half of it, a server would hold its locks for who is gone.
        if (!lost) {
          reset();
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      } finally {
        if (ended && !lost) {
          end(from, to);
        }
      }
    }

    /** One direction has ended; with the other one the link has. */
    private void end(Socket from, Socket to) {
      if (from.isClosed() || to.isClosed() || to.isInputShutdown() || from.isOutputShutdown()) {
        reset();
        return;
      }
      try {
        from.shutdownInput();
      } catch (IOException e) {
        // Broken off, not ended.
        reset();
      }
    }

    void lose() {
      lost = true;
    }

    void resetServer() {
      TcpProxy.reset(toServer);
      // The client's side stays open, and silent, until the client gives up.
      daemon("lost", this::awaitClient);
    }

    private void awaitClient() {
      byte[] buffer = new byte[BUFFER];
      try {
        while (client.getInputStream().read(buffer) >= 0) {
          // What is sent into the void.
          continue;
        }
      } catch (IOException e) {
        // The client has given up.
        links.remove(this);
        return;
      }
      reset();
    }

    void reset() {
      links.remove(this);
      TcpProxy.reset(client);
      TcpProxy.reset(toServer);
    }
  }
}
