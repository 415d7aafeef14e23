package io.sluice.internal.loop;

import java.io.IOException;
import java.net.ConnectException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;

/**
 * The file of a Unix listener. {@code bind(2)} makes it and nothing removes it when the process dies, so a listener takes
 * over a file that nobody listens on, and removes its own when it closes.
 */
final class UnixPath {
  private final Path path;
  /** Identity of the file that was bound, so that a successor's file is left alone; null when unknown. */
  private final Object fileKey;

  private UnixPath(Path path, Object fileKey) {
    this.path = path;
    this.fileKey = fileKey;
  }

  /** The file that was just bound. */
  static UnixPath bound(UnixDomainSocketAddress address) {
    return new UnixPath(address.getPath(), key(address.getPath()));
  }

  void remove() {
    try {
      if (fileKey != null && fileKey.equals(key(path))) {
        Files.deleteIfExists(path);
      }
    } catch (IOException e) {
      // The folder went away or is not ours any more: the next bind will say so.
    }
  }

  /** Removes a socket file that refuses connections. False: it is alive, or no socket. */
  static boolean removeStale(UnixDomainSocketAddress address) {
    Path path = address.getPath();
    try {
      if (!Files.readAttributes(path, BasicFileAttributes.class).isOther()) {
        return false;
      }
      try (SocketChannel probe = SocketChannel.open(StandardProtocolFamily.UNIX)) {
        probe.configureBlocking(false); // A full backlog must not block the loop; it means that somebody listens.
        probe.connect(address);
        return false;
      } catch (ConnectException refused) {
        return Files.deleteIfExists(path);
      }
    } catch (IOException e) {
      return false;
    }
  }

  private static Object key(Path path) {
    try {
      return Files.readAttributes(path, BasicFileAttributes.class).fileKey();
    } catch (IOException e) {
      return null;
    }
  }
}
