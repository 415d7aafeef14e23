package io.sluice.sctp;

import io.sluice.BufferLease;
import io.sluice.EventLoopGroup;
import io.sluice.api.Await;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A listening peer in a process of its own, to be killed; it echoes. */
final class SctpPeerProcess implements AutoCloseable {
  private final Process process;
  private final InetSocketAddress udp;

  /**
   * @param before what runs the JVM: nothing, or a command that takes one
   * @param host the address to listen on
   */
  SctpPeerProcess(List<String> before, String host) throws IOException {
    List<String> command = new ArrayList<>(before);
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), SctpPeerProcess.class.getName(), host));
    process = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
    String line = new BufferedReader(new InputStreamReader(process.getInputStream())).readLine();
    if (line == null) {
      throw new IOException("the peer process ended: " + command);
    }
    udp = new InetSocketAddress(host, Integer.parseInt(line));
  }

  SctpAddress address() {
    return SctpAddress.overUdp(udp, SctpPair.PORT);
  }

  /** SIGKILL: a stack in user space says nothing then. */
  void kill() {
    process.destroyForcibly();
    try {
      if (!process.waitFor(Await.LIMIT_SECONDS, TimeUnit.SECONDS)) {
        throw new AssertionError("the peer process does not die");
      }
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  /** SIGSTOP: the process and its sockets are there, and nothing answers; the kernel tells nobody. */
  void freeze() {
    try {
      Process p = new ProcessBuilder("kill", "-STOP", Long.toString(process.pid())).inheritIO().start();
      if (!p.waitFor(Await.LIMIT_SECONDS, TimeUnit.SECONDS) || p.exitValue() != 0) {
        throw new AssertionError("the peer process was not stopped");
      }
    } catch (IOException | InterruptedException e) {
      throw new AssertionError(e);
    }
    // The signal is on its way: until then each thread may answer once more.
    Path threads = Path.of("/proc", Long.toString(process.pid()), "task");
    if (Files.isDirectory(threads)) {
      Await.until("every thread of the peer stands still", () -> areStopped(threads));
    }
  }

  private static boolean areStopped(Path threads) {
    try (DirectoryStream<Path> each = Files.newDirectoryStream(threads)) {
      for (Path thread : each) {
        String stat = Files.readString(thread.resolve("stat")); // proc(5): the state stands behind the name
        if (stat.charAt(stat.lastIndexOf(')') + 2) != 'T') {
          return false;
        }
      }
      return true;
    } catch (IOException e) {
      return false; // A thread ended meanwhile.
    }
  }

  @Override
  public void close() {
    process.destroyForcibly();
  }

  public static void main(String[] args) throws Exception {
    EventLoopGroup group = EventLoopGroup.builder().engine("nio").threads(1).build();
    SctpTransport t = SctpTransport.over(group);
    SctpHandler echo = new SctpHandler() {
      @Override
      public void onMessage(SctpAssociation a, BufferLease data, SctpMessageInfo info) {
        a.send(data.buffer(), info.stream(), info.ppid());
      }
    };
    SctpListener l =
        t.listen(
            SctpAddress.overUdp(new InetSocketAddress(InetAddress.getByName(args[0]), 0), SctpPair.PORT),
            SctpOptions.defaults().withLiveness(SctpLiveness.FAST), a -> echo);
    Await.value(l.ready());
    System.out.println(l.addresses().get(0).udp().getPort());
    System.in.read(); // Until it is killed, or its parent is.
    System.exit(0);
  }
}
