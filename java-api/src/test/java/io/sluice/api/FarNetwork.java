package io.sluice.api;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;

/**
 * A network namespace behind a pair of virtual interfaces, for peers that vanish: without its address, its system drops what is sent
 * to it, in silence. Needs root and ip(8); a test that cannot have one is skipped with the reason.
 */
public final class FarNetwork implements AutoCloseable {
  private static final AtomicInteger NUMBERS = new AtomicInteger();

  private final int number = NUMBERS.incrementAndGet();
  private final String id = ProcessHandle.current().pid() % 100_000 + "x" + number;
  private final String name = "slu" + id;
  private final String here = "sla" + id;
  private final String there = "slb" + id;
  /** Addresses of both ends, of the block for tests of networks, RFC 2544: no real network has it. */
  public final String local = "198.18." + ProcessHandle.current().pid() % 256 + "." + (number * 4 % 252 + 1);
  public final String remote = "198.18." + ProcessHandle.current().pid() % 256 + "." + (number * 4 % 252 + 2);

  public FarNetwork() throws Exception {
    Assumptions.assumeTrue(System.getProperty("os.name").startsWith("Linux"), "needs network namespaces");
    Assumptions.assumeTrue("root".equals(System.getProperty("user.name")), "needs root to make a network namespace");
    Assumptions.assumeTrue(ip("netns", "add", name), "ip netns add does not work here");
    try {
      Assumptions.assumeTrue(
          ip("link", "add", here, "type", "veth", "peer", "name", there, "netns", name), "no virtual interfaces here");
      must("addr", "add", local + "/30", "dev", here);
      must("link", "set", here, "up");
      must("-n", name, "addr", "add", remote + "/30", "dev", there);
      must("-n", name, "link", "set", there, "up");
    } catch (Throwable t) {
      close();
      throw t;
    }
  }

  private static boolean ip(String... arguments) throws Exception {
    List<String> command = Stream.concat(Stream.of("ip"), Stream.of(arguments)).toList();
    Process p;
    try {
      p = new ProcessBuilder(command).redirectErrorStream(true).start();
    } catch (IOException e) {
      return false;
    }
    String out = new String(p.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    if (p.waitFor() != 0) {
      System.err.println(command + ": " + out.trim());
      return false;
    }
    return true;
  }

  private static void must(String... arguments) throws Exception {
    Assumptions.assumeTrue(ip(arguments), () -> "ip " + String.join(" ", arguments) + " does not work here");
  }

  /** The beginning of a command that runs in it. */
  public List<String> run() {
    return List.of("ip", "netns", "exec", name);
  }

  /** What we send arrives and is dropped; the neighbour stays known, so that no host is reported unreachable. */
  public void vanish() throws Exception {
    String mac = linkAddress();
    must("neigh", "replace", remote, "lladdr", mac, "dev", here, "nud", "permanent");
    must("-n", name, "addr", "flush", "dev", there);
  }

  private String linkAddress() throws Exception {
    Process p = new ProcessBuilder("ip", "netns", "exec", name, "cat", "/sys/class/net/" + there + "/address").start();
    String mac = new String(p.getInputStream().readAllBytes(), StandardCharsets.US_ASCII).trim();
    Assumptions.assumeTrue(p.waitFor() == 0 && !mac.isEmpty(), "the address of the virtual interface cannot be read");
    return mac;
  }

  @Override
  public void close() throws Exception {
    ip("link", "del", here);
    ip("netns", "del", name);
  }
}
