package io.sluice.internal.nio;

import io.sluice.internal.abi.Abi;
import java.io.IOException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.FileChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.nio.file.Paths;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;

/** Files for SENDFILE. File numbers are indexes of this table, not descriptors. */
final class NioFiles {
  /** An open file; closed when the caller closed it and no SENDFILE uses it any more. */
  final class File {
    private final Path path;
    private FileChannel channel;
    private int users = 1;

    File(Path path) throws IOException {
      this.path = path;
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

  private final NioPoller poller;
  private final List<File> files = new ArrayList<>();

  NioFiles(NioPoller poller) {
    this.poller = poller;
  }

  /** Opens a file; its number, or a negative code. */
  int open(String path) {
    int number = files.indexOf(null);
    try {
      File f = new File(Paths.get(path));
      if (number < 0) {
        files.add(f);
        return files.size() - 1;
      }
      files.set(number, f);
      return number;
    } catch (IOException e) {
      return -NioErrors.code(NioErrors.of(e));
    } catch (InvalidPathException e) {
      return -Abi.EINVAL;
    }
  }

  /** Null: no such file. */
  File find(int number) {
    return number >= 0 && number < files.size() ? files.get(number) : null;
  }

  int close(int number) {
    File f = find(number);
    if (f == null) {
      return -Abi.ENOENT;
    }
    files.set(number, null);
    f.release();
    return 0;
  }

  void closeAll() {
    for (int i = 0; i < files.size(); i++) {
      close(i);
    }
  }
}
