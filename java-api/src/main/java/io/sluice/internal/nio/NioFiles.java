package io.sluice.internal.nio;

import io.sluice.internal.abi.Abi;
import java.io.IOException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.FileChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.nio.file.Paths;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;

/**
 * Files for SENDFILE. The caller gets generation &lt;&lt; 16 | index, not a descriptor: the number of a closed file does not
 * become the number of the next one.
 */
final class NioFiles {
  /** An open file; closed when the caller closed it and no SENDFILE uses it any more. */
  final class File {
    private final Path path;
    private final int number;
    private FileChannel channel;
    private int users = 1;

    File(Path path, int number) throws IOException {
      this.path = path;
      this.number = number;
      this.channel = FileChannel.open(path, StandardOpenOption.READ);
    }

    File use() {
      users++;
      return this;
    }

    void release() {
      if (--users == 0) {
        closeQuietly();
      }
    }

    private void closeQuietly() {
      try {
        channel.close();
      } catch (IOException e) {
        // Opened for reading only: there is nothing a failing close could lose.
      }
    }

    /**
     * Sends from the file.
     *
     * @return bytes accepted; 0: the socket is full; -1: the file ends before {@code position}
     */
    int send(long position, int count, SocketChannel to) throws IOException {
      long n;
      try {
        n = channel.transferTo(position, count, to);
      } catch (ClosedByInterruptException e) {
        // An interrupt of the loop's thread makes the JDK close the file channel. The interrupt is not about this file:
        // open it again and say "try later"; enter restores the interrupt status.
        poller.noteInterrupt();
        channel = FileChannel.open(path, StandardOpenOption.READ);
        return 0;
      }
      return n == 0 && position >= channel.size() ? -1 : (int) n;
    }
  }

  private static final int INDEX_BITS = 16;
  private static final int INDEX_MASK = (1 << INDEX_BITS) - 1;
  private static final int GENERATION_MASK = 0x7fff;

  private final NioPoller poller;
  private final List<File> files = new ArrayList<>();
  private int opened;

  NioFiles(NioPoller poller) {
    this.poller = poller;
  }

  /** Opens a file; its number, or a negative code. */
  int open(String path) {
    int index = files.indexOf(null);
    if (index < 0 && files.size() > INDEX_MASK) {
      return -Abi.ENOMEM;
    }
    try {
      Path p = Paths.get(path);
      if (Files.exists(p) && !Files.isRegularFile(p)) {
        return -Abi.EINVAL;
      }
      if (index < 0) {
        index = files.size();
        files.add(null);
      }
      File f = new File(p, (opened++ & GENERATION_MASK) << INDEX_BITS | index);
      files.set(index, f);
      return f.number;
    } catch (IOException e) {
      return -NioErrors.code(NioErrors.of(e));
    } catch (InvalidPathException e) {
      return -Abi.EINVAL;
    }
  }

  /** Null: no such file. */
  File find(int number) {
    int index = number & INDEX_MASK;
    File f = number >= 0 && index < files.size() ? files.get(index) : null;
    return f != null && f.number == number ? f : null;
  }

  int close(int number) {
    File f = find(number);
    if (f == null) {
      return -Abi.ENOENT;
    }
    files.set(number & INDEX_MASK, null);
    f.release();
    return 0;
  }

  void closeAll() {
    for (File f : files) {
      if (f != null) {
        close(f.number);
      }
    }
  }
}
